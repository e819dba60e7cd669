import { defined } from '../../domain/defined.ts';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { progressOf, type StepProgress } from '../../domain/report/run-progress.ts';
import type { RunEvent } from '../../domain/run/event.ts';
import { describeDoubts } from '../../domain/run/ledger/describe-doubts.ts';
import { totalsByModel } from '../../domain/run/ledger/totals.ts';
import { RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { pricesFromProto } from '../../shared/contracts/prices-codec.ts';
import { spentFromProto } from '../../shared/contracts/spending-codec.ts';
import { ControlError } from '../../shared/control-client/control-error.ts';
import { type WatchUpdate, watchReliably } from '../../shared/control-client/watch-reliably.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { describeOutage } from '../cluster/describe-outage.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import type { RunView } from '../progress/run-view.ts';
import { createWaitClock } from '../progress/wait-clock.ts';
import { untilSettled } from './until-settled.ts';

export interface FollowSettings {
  readonly cluster: ReachedCluster;
  /** Gets the events; those that it already holds are not asked for again. */
  readonly record: RunRecord;
  readonly view: RunView;
  /** What a restarted coordinator must be told. */
  readonly onReconnect?: (signal: AbortSignal) => Promise<unknown>;
}

/** The run has paused itself, since only a person can fix the cause. */
export class RunNeedsPersonError extends ScaleError {
  readonly kind = 'needs-person';
  readonly runId: string;
  readonly reason: string;
  constructor(runId: string, reason: string) {
    super(`${reason}: run ${runId} is paused until that is fixed; \`scale resume ${runId}\` continues it`);
    this.runId = runId;
    this.reason = reason;
  }
}

/** A cluster on this machine reports its own end; one elsewhere is waited for as long as a restart may take. */
const patienceMs = { server: 300_000, attached: 120_000, own: 120_000 } as const;
const redrawMs = 1_000;
/** Jobs that are held up by the same thing report it one after another. */
const oneTroubleMs = 10_000;

/**
 * Watches a run until it is over, and listed as that.
 * @throws RunNeedsPersonError, the signal's reason, the cluster's reason for being lost, or a ControlError
 */
export async function followRun(settings: FollowSettings, signal: AbortSignal): Promise<void> {
  const { cluster, record, view } = settings;
  const over = new AbortController();
  let lost: Error | undefined;
  void cluster.lost.then((error) => {
    lost = error;
    over.abort();
  });
  let step: StepProgress | undefined;
  const waits = createWaitClock(() => performance.now());
  const show = (): void => {
    if (record.events.length > 0)
      view.progress(progressOf(record.state(), step, record.times, Date.now(), record.prices()), record.state());
    view.waiting(cluster.wait() ?? waits.now());
  };
  const doubted = new Set<string>();
  const tellDoubts = (): void => {
    for (const { key, sentence } of describeDoubts(totalsByModel(record.state().ledger))) {
      if (!doubted.has(key)) view.notice(`Note: ${sentence}`);
      doubted.add(key);
    }
  };
  const shown = (event: RunEvent): void => {
    view.event(event, record.state());
    tellDoubts();
  };
  await readPrices(cluster, record, signal);
  const redraw = setInterval(show, redrawMs);
  let told = '';
  let held = '';
  let heldAtMs = Number.NEGATIVE_INFINITY;
  const take = async (update: WatchUpdate): Promise<void> => {
    if (update.kind === 'connection-lost') {
      const message = describeOutage(cluster, update.message);
      if (message !== told) view.notice(`${message}; trying again.`);
      told = message;
      return waits.lost(update.message);
    }
    told = '';
    waits.found();
    if (update.kind === 'notice') return view.notice(update.message);
    if (update.kind === 'restarted') {
      record.restart();
      return view.notice(describeLostLog(record.runId));
    }
    if (update.kind === 'progress') {
      const { round, phase, done, total, ahead, spent } = update.progress;
      step = { round, phase, done, total, ahead, ...(spent && { spent: spentFromProto(spent) }) };
      const { trouble, waiting } = update.progress;
      waits.told(waiting);
      if (waiting?.kind === 'person') await endIfHeld(cluster, record.runId, signal);
      // The first of a kind is shown at once; that it continues is part of what the run waits for.
      const now = performance.now();
      if (trouble !== '' && trouble !== held && now - heldAtMs > oneTroubleMs) {
        view.notice(`Held up, trying again: ${trouble}`);
        heldAtMs = now;
      }
      held = trouble;
    } else {
      shown(record.add(update.logged));
    }
    show();
  };
  try {
    while (!(record.isOver() && (await untilSettled(cluster, record, shown, signal)))) {
      const watch = {
        runId: record.runId,
        afterSequence: record.lastSequence(),
        afterDigest: record.lastDigest(),
        follow: true,
        patienceMs: patienceMs[cluster.kind],
        ...defined({ onReconnect: settings.onReconnect }),
      };
      for await (const update of watchReliably(cluster.client, watch, AbortSignal.any([signal, over.signal]))) {
        await take(update);
        if (record.isOver()) break;
      }
      signal.throwIfAborted();
      if (!record.isOver()) throw lost ?? new Error(`the watch of run ${record.runId} ended before the run did`);
    }
  } finally {
    clearInterval(redraw);
    over.abort();
  }
}

function describeLostLog(runId: string): string {
  return `The log of run ${runId} was lost with the NATS store: the run starts again from the beginning, and what was shown so far no longer counts.`;
}

/** The update may be older than the last resume; the manifest is current. @throws RunNeedsPersonError */
async function endIfHeld({ client }: ReachedCluster, runId: string, signal: AbortSignal): Promise<void> {
  const { manifest } = await client.getRun(runId, signal);
  if (manifest?.status === RunStatus.PAUSED && manifest.needsPerson) throw new RunNeedsPersonError(runId, manifest.pauseReason);
}

/** Until the end they only add money to what is shown: a coordinator that does not answer now is asked again then. */
async function readPrices({ client }: ReachedCluster, record: RunRecord, signal: AbortSignal): Promise<void> {
  try {
    const { manifest } = await client.getRun(record.runId, signal);
    record.notePrices(manifest?.prices && pricesFromProto(manifest.prices));
  } catch (error) {
    if (!(error instanceof ControlError) || error.kind !== 'unreachable') throw error;
  }
}
