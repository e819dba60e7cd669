import type { RunState } from '../../domain/run/state.ts';
import { defaultFailureShare } from '../../domain/search/lost-executions.ts';
import { decodeBenchmark, encodeBenchmark } from '../../shared/contracts/benchmark-codec.ts';
import { configurationFromProto } from '../../shared/contracts/configuration-codec.ts';
import { type RunManifest, RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { isSettled } from '../../shared/contracts/is-settled.ts';
import { spentToProto } from '../../shared/contracts/spending-codec.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { BusError, LogLostError } from '../../shared/messaging/errors.ts';
import { noPause, pauseRun } from '../../shared/messaging/pause-run.ts';
import { runLease } from '../../shared/messaging/run-lease.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { awaitLease } from '../leases/await-lease.ts';
import type { LimitedRun, LimitWatch } from '../limits/limit-watch.ts';
import { withCache } from '../limits/run-spending.ts';
import { failRun } from '../log/run-log.ts';
import { driveRun, type WantedStatus } from '../rounds/run-driver.ts';
import { keepRunMemory } from '../rounds/run-memory.ts';
import { traceOfRun, traceRounds, traceRun } from '../traces/trace-run.ts';
import { attend, type DrivenRun, isExecuting, limitedRun, moved } from './driven-run.ts';
import { RunLostError, restoreRun } from './run-copy.ts';
import { runStatusOf } from './run-status-of.ts';
import { runSummary } from './run-summary.ts';
import { withLatencyOfBest } from './with-latency-of-best.ts';

export interface LeadRunSettings {
  /** Of this coordinator. */
  readonly name: string;
  /** Jobs of a run in flight over all workers, if the run does not say. */
  readonly maxInFlight: number;
  readonly reconcileMs: number;
  /** Fewer new entries of a log than this are not worth a snapshot. Default: 64. */
  readonly snapshotEntries?: number;
}

export interface LeadRunParts {
  readonly settings: LeadRunSettings;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly timing: Timing;
  readonly limits: Pick<LimitWatch<LimitedRun>, 'begin' | 'eventOf' | 'isReached'>;
  /** The run's manifest is this one from here on. */
  readonly changed: (run: DrivenRun, manifest: RunManifest) => void;
  /** Something about the run is news for whoever watches it. */
  readonly tell: (run: DrivenRun) => void;
}

const defectsBeforeFailure = 3;
const defaultSnapshotEntries = 64;

/** Leads the run to its end, once its lease can be had, unless it ends under another coordinator before that. */
export async function leadRun(run: DrivenRun, parts: LeadRunParts, signal: AbortSignal): Promise<void> {
  const { settings, bus, timing, limits, changed, tell } = parts;
  const { runId } = run.manifest;
  const log = parts.logger.child({ runId, ...traceOfRun(runId) });
  const looked = (isHeld: boolean): void => {
    run.isLeading = isHeld;
    // Why this one failed explains nothing of a run that another leads.
    if (!isHeld) run.failure = undefined;
  };
  const lease = { leases: bus.leases, name: runLease(runId), holder: settings.name, logger: log, timing, looked };
  await using held = await awaitLease(lease, () => isSettled(run.manifest), signal);
  if (held === undefined) return run.over.abort();
  const { copy, leadAgain } = run;
  if (leadAgain.signal.aborted) run.leadAgain = new AbortController();
  const again = run.leadAgain.signal;
  try {
    await restoreRun(bus, run.manifest, copy);
    const content = await contentOf(run, bus);
    await limits.begin(limitedRun(run), AbortSignal.any([signal, held.lost, again]));
    const state = await driveRun(
      {
        bus,
        logger: log,
        timing,
        runId,
        ...content,
        remembered: copy.log,
        ...{ epoch: held.epoch, leaseId: held.id },
        snapshotEntries: settings.snapshotEntries ?? defaultSnapshotEntries,
        maxInFlight: run.manifest.maxInFlight || settings.maxInFlight,
        reconcileMs: settings.reconcileMs,
        simulated: run.manifest.simulated,
        spent: (asked) => run.spending.spent(true, asked),
        tries: () => run.manifest.resumed ?? 0,
        failureShare: () => run.manifest.failureShare ?? defaultFailureShare,
        hold: async (reason) => {
          const held = await pauseRun(bus, runId, reason, { nowMs: timing.wallMs(), needsPerson: true });
          log.error(`the run is paused and waiting for a person: ${reason}`);
          if (held !== undefined) changed(run, held);
        },
        wanted: () => wantedOf(run.manifest),
        limited: (found) => limits.eventOf(limitedRun(run), found),
        attention: () => run.attention.signal,
        progressed: (progress) => {
          moved(run, timing);
          const wasExecuting = isExecuting(run);
          run.progress = progress;
          tell(run);
          // A limit that kept the run from proposing now ends its search: what was proposed has been executed.
          if (wasExecuting && !isExecuting(run) && limits.isReached(run)) attend(run);
        },
        // Otherwise a defect that comes back as soon as the log is read would count as the first one each time.
        opened: (found, times) => {
          run.state = found;
          run.times = times;
        },
        advanced: (next) => {
          moved(run, timing);
          traceRounds(runId, run.state, next, run.times);
          run.state = next;
          run.defects = 0;
        },
        restored: (entries) => {
          log.error({ entries }, 'the store had lost entries of the log; they have been written again');
          run.notices.push(describeRestored(entries));
          tell(run);
        },
      },
      AbortSignal.any([signal, held.lost, again]),
    );
    // Before the manifest says that the run is over: after a kill in between, the run is led through here again.
    await keepRunMemory(bus, runId, state, content.benchmark);
    await settleRun(run, state, parts, signal);
  } catch (error) {
    if (error instanceof RunLostError) {
      log.error({ err: error }, 'the run is lost');
      run.over.abort();
      return;
    }
    if (signal.aborted || held.lost.aborted || again.aborted || error instanceof BusError) throw error;
    run.defects += 1;
    if (run.defects < defectsBeforeFailure) throw error;
    log.error({ err: coerceError(error) }, 'the run cannot continue');
    const failed = await failRun(bus, runId, coerceError(error).message, { timing, remembered: copy.log }, signal);
    await settleRun(run, failed, parts, signal);
  }
}

/** Clears the run's queues, and then writes how it ended where workers see it: nobody leads it any more after that. */
async function settleRun(
  run: DrivenRun,
  state: RunState,
  { bus, timing, logger }: LeadRunParts,
  signal: AbortSignal,
): Promise<void> {
  const { runId } = run.manifest;
  const noted = await run.spending.spent(true, signal);
  const spent = withCache(noted, run.manifest.cache);
  const ended = { ...run.manifest, status: runStatusOf(state) };
  const known = runSummary(ended, { state, times: run.times }, spent, timing.wallMs());
  const summary = await withLatencyOfBest(known, { manifest: ended, state }, bus, signal);
  // By the clock by which it was created. Whole, as the contract has it: the time of a simulation is not.
  const end = { status: ended.status, spent: spent && spentToProto(spent), summary, endedAtMs: Math.trunc(await bus.now()) };
  await bus.jobs.closeLanes(runId);
  const settled = await bus.runs.update(runId, (manifest) => ({ ...manifest, ...end, ...noPause }));
  // The store was made anew since the last entry: led again, the run is written back with its log, and settled then.
  if (settled === undefined) throw new LogLostError(`settle run ${runId}`);
  traceRun(run.manifest, { state, times: run.times }, timing.wallMs());
  logger.info({ runId, status: state.status }, 'run ended');
  run.over.abort();
}

async function contentOf({ manifest, copy }: DrivenRun, bus: Bus) {
  if (!manifest.configuration) throw new Error(`the manifest of run ${manifest.runId} has no configuration`);
  const configuration = configurationFromProto(manifest.configuration);
  // Put again, not merely kept: workers read it from the store.
  if (copy.benchmark) await bus.blobs.put(encodeBenchmark(copy.benchmark));
  else copy.benchmark = decodeBenchmark(await bus.blobs.get(configuration.benchmark.contentHash));
  return { configuration, benchmark: copy.benchmark };
}

function describeRestored(entries: number): string {
  return (
    `The NATS store was lost: ${entries} entries of the run's log were written again from the coordinator's memory. ` +
    'Executions whose results were not in the log are run again.'
  );
}

function wantedOf({ status, cancelReason }: RunManifest): WantedStatus {
  if (status === RunStatus.CANCELLED) return { status: 'cancelled', reason: cancelReason || 'no reason given' };
  return { status: status === RunStatus.PAUSED ? 'paused' : 'running' };
}
