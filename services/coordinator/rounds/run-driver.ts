import type { Benchmark } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import type { RoundTimes } from '../../domain/report/time-left.ts';
import type { WorkCommand } from '../../domain/run/command.ts';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import type { RunEvent } from '../../domain/run/event.ts';
import { isOver } from '../../domain/run/is-over.ts';
import { firstJobId } from '../../domain/run/job-id.ts';
import type { Spent } from '../../domain/run/ledger/spent.ts';
import type { Phase } from '../../domain/run/ledger/token-use.ts';
import { executionPhase } from '../../domain/run/outcomes/executions.ts';
import type { RunState } from '../../domain/run/state.ts';
import { viewOf } from '../../domain/search/view-of.ts';
import { decodeEvent, encodeEvent } from '../../shared/contracts/event-codec.ts';
import { linked, untilAborted } from '../../shared/lifecycle/abort.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus, JobKind } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { createBell } from '../bell.ts';
import { createJobIssuer } from '../jobs/issue-jobs.ts';
import { startReconciler } from '../jobs/publish-jobs.ts';
import type { LogCopy } from '../log/log-copy.ts';
import { openRunLog, type Written } from '../log/run-log.ts';
import { findSharedResults } from '../results/find-shared-results.ts';
import { openResultInbox } from '../results/result-inbox.ts';
import { mayEnterLog } from './hold-lost-executions.ts';
import { planStep } from './plan-step.ts';
import { createRoundsInHand } from './rounds-in-hand.ts';
import { recallMemory } from './run-memory.ts';
import { createStepTracker, type PresentStep } from './step-tracker.ts';

export type WantedStatus = { readonly status: 'running' | 'paused' } | { readonly status: 'cancelled'; readonly reason: string };

export interface RunDriverSettings {
  readonly bus: Bus;
  readonly logger: Logger;
  readonly timing: Timing;
  readonly runId: string;
  readonly configuration: RunConfiguration;
  readonly benchmark: Benchmark;
  /** The log's entries as this process knows them; kept current. */
  readonly remembered: LogCopy;
  /** As openRunLog takes it. */
  readonly snapshotEntries?: number;
  /** Of the lease. */
  readonly epoch: number;
  readonly leaseId: string;
  readonly maxInFlight: number;
  readonly reconcileMs: number;
  /** The run's executor is a simulated model, according to whoever started it. */
  readonly simulated: boolean;
  /** What the run's calls have used; called while none of its jobs is in progress. */
  spent(signal: AbortSignal): Promise<Spent | undefined>;
  /** How often people have resumed the run: so often may executions that the infrastructure has lost be issued again. */
  tries(): number;
  /** The part of the executions that may be lost so; if it is more, the run is held. */
  failureShare(): number;
  /** Pauses the run for a person. */
  hold(reason: string): Promise<void>;
  /** What people want the run to do now. */
  wanted(): WantedStatus;
  /** What the run's limits mean to a log that says this; undefined for nothing new. Asked again whenever `attention` aborts. */
  limited(state: RunState): RunEvent | undefined;
  /** Aborts when `wanted` or `limited` changes; a new signal each time. */
  attention(): AbortSignal;
  progressed(progress: PresentStep): void;
  /** The log has been read, and says this: no work has been done yet. The times are kept current. */
  opened(state: RunState | undefined, times: RoundTimes): void;
  advanced(state: RunState): void;
  /** The store had lost this many entries of the log, and has them again. */
  restored(entries: number): void;
}

const kinds: readonly JobKind[] = ['execute', 'predict', 'propose'];

/**
 * Drives one run until it ends or the signal aborts: plan, perform, append, apply. It holds no state but the log's, and what
 * follows from that and the results: if it is killed at any point, another driver replays the log, derives the same commands, and
 * finds the results that already exist. A pause is only in the run's manifest, so the log of a run that was held is the same as
 * that of one that was not.
 * @throws LogConflictError when another coordinator has taken over
 */
export async function driveRun(settings: RunDriverSettings, signal: AbortSignal): Promise<RunState> {
  const { bus, runId, benchmark, logger, timing, remembered, snapshotEntries } = settings;
  const failed = (what: string, err: unknown): void => logger.warn({ err }, what);
  let resultsInLog = (): number => 0;
  const logSettings = { timing, remembered, failed, resultsInLog: () => resultsInLog(), ...defined({ snapshotEntries }) };
  const log = await openRunLog(bus, runId, logSettings, signal);
  if (log.restored > 0) settings.restored(log.restored);
  const unstored = new AbortController();
  const write = (event: RunEvent): Written => {
    const { state, stored } = log.write(event);
    const told = stored.then(() => {
      settings.advanced(state);
      tracker.reached(state.rounds.length);
    });
    told.catch((error: unknown) => unstored.abort(error));
    return { state, stored: told };
  };
  const began = async (event: RunEvent): Promise<RunState> => {
    const { state, stored } = write(event);
    await stored;
    return state;
  };
  const tracker = createStepTracker(settings.progressed);
  const found = log.state();
  settings.opened(found, log.times);
  const begun = found ?? (await began({ kind: 'run-started', configuration: settings.configuration }));
  if (isOver(begun) && settings.limited(begun)?.kind !== 'limits-raised') return begun;

  const openLanes = async (): Promise<void> => {
    await Promise.all(kinds.map((kind) => bus.jobs.openLane(kind, runId, { maxInFlight: settings.maxInFlight })));
  };
  await openLanes();
  const bell = createBell();
  const inbox = openResultInbox({
    ...{ bus, runId, logger, timing, after: log.resultsInLog, jobsInLog: log.jobsInLog },
    arrived: ({ jobId }) => {
      jobs.arrived(jobId);
      tracker.arrived(firstJobId(jobId));
      bell.ring();
    },
  });
  resultsInLog = inbox.inLog;
  const source = { bus, runId, epoch: settings.epoch, benchmark, answers: log.answers };
  const jobs = createJobIssuer(source, inbox, found === undefined ? settings.leaseId : undefined);
  const rounds = createRoundsInHand(begun, {
    ...{ benchmark, inbox, write },
    mayEnter: mayEnterLog({ inbox, jobs, tries: settings.tries, share: settings.failureShare, hold: settings.hold }),
    asRead: (event) => decodeEvent(encodeEvent(runId, event)).event,
    planLog: (state) => planStep(state, () => settings.spent(signal)),
    recalled: () => recallMemory(bus, benchmark, memoryReaderOf(settings)),
    async begin(work, known) {
      const round = known.rounds.length;
      if (found !== undefined) await findSharedResults({ bus, runId, inbox }, work, known);
      tracker.begin({ round, phase: phaseOf(work, known), work }, inbox.seen);
      await jobs.issue(work, known.rounds.at(-1)?.completed === false ? viewOf(known, round) : known);
    },
  });
  const goOn = async (interrupt: AbortSignal): Promise<void> => {
    await rounds.plan();
    while (!interrupt.aborted && !isOver(rounds.state())) {
      if (await rounds.takeIn(signal)) await rounds.plan();
      else await bell.rung(interrupt);
    }
  };
  const reconciling = { bus, runId, logger, timing, inbox, jobs: jobs.queued, openLanes, everyMs: settings.reconcileMs };
  try {
    await using _reconciler = startReconciler(reconciling);
    for (;;) {
      const limit = settings.limited(rounds.state());
      if (limit !== undefined) {
        await jobs.forgotten();
        await rounds.turn(limit, signal);
        continue;
      }
      if (isOver(rounds.state())) break;
      // Taken before `wanted` is read: a change in between is seen below.
      using interrupt = linked(signal, settings.attention(), jobs.broken, unstored.signal);
      const wanted = settings.wanted();
      if (wanted.status === 'cancelled') await rounds.append({ kind: 'run-cancelled', reason: wanted.reason });
      else if (wanted.status === 'paused') await untilAborted(interrupt.signal);
      else {
        // The log is from an earlier version, which wrote pauses into it.
        if (rounds.state().status === 'paused') await rounds.append({ kind: 'run-resumed' });
        await goOn(interrupt.signal);
      }
      signal.throwIfAborted();
      jobs.broken.throwIfAborted();
      unstored.signal.throwIfAborted();
    }
    await rounds.stored();
    return rounds.state();
  } finally {
    await jobs.settled();
    await rounds.stored().catch(() => undefined);
    await inbox.stop();
  }
}

function memoryReaderOf({ runId, configuration, simulated }: RunDriverSettings) {
  return { runId, model: configuration.executor.model, simulated };
}

function phaseOf(work: readonly WorkCommand[], state: RunState): Phase {
  const round = state.rounds.at(-1);
  const execute = work.find((command) => command.kind === 'execute');
  if (execute?.purpose !== undefined) return execute.purpose;
  if (round && execute) return executionPhase(round, state.configuration);
  return work[0]?.kind === 'propose' ? 'propose' : 'predict';
}
