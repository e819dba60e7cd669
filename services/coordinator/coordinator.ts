import type { RoundTimes } from '../domain/report/run-progress.ts';
import type { Spent } from '../domain/run/ledger/spent.ts';
import type { RunState } from '../domain/run/state.ts';
import { defaultFailureShare } from '../domain/search/lost-executions.ts';
import { decodeBenchmark, encodeBenchmark } from '../shared/contracts/benchmark-codec.ts';
import { configurationFromProto } from '../shared/contracts/configuration-codec.ts';
import type { BudgetAmount, BudgetTable } from '../shared/contracts/generated/scale/v1/budgets.ts';
import { type CacheUse, type RunManifest, RunStatus } from '../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../shared/contracts/has-ended.ts';
import { describeNeed, knownNeeds, lackingFor } from '../shared/contracts/run-needs.ts';
import { spentFromProto, spentToProto } from '../shared/contracts/spending-codec.ts';
import { coerceError } from '../shared/errors/coerce-error.ts';
import { restartingLoop } from '../shared/lifecycle/restarting-loop.ts';
import { systemTiming, type Timing } from '../shared/lifecycle/timing.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import { BusError, LogLostError } from '../shared/messaging/errors.ts';
import { noPause, pauseRun } from '../shared/messaging/pause-run.ts';
import { runLease } from '../shared/messaging/run-lease.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import { startEndedQueues } from './ended-queues.ts';
import { type HeldLease, holdLease } from './hold-lease.ts';
import { type LimitedRun, startLimitWatch } from './limit-watch.ts';
import { createRunCopy, type RunCopy, RunLostError, restoreRun } from './run-copy.ts';
import { driveRun, type WantedStatus } from './run-driver.ts';
import { type RunFigures, runFigures } from './run-figures.ts';
import { failRun, type RunView } from './run-log.ts';
import { keepRunMemory } from './run-memory.ts';
import { createRunSpending, type RunSpending } from './run-spending.ts';
import { runSummary } from './run-summary.ts';
import { pauseOf, type RunWait, type WaitKind } from './run-wait.ts';
import type { PresentStep } from './step-tracker.ts';
import { traceOfRun, traceRounds, traceRun } from './trace-run.ts';
import { startWaitWatch, type WaitWatch, type WatchedRun } from './wait-watch.ts';

export interface CoordinatorSettings {
  readonly name: string;
  /** `requested`: drive only runs for which `drive` was called in this process. */
  readonly resume: 'all' | 'requested';
  /** Jobs of a run in flight over all workers, if the run does not say. */
  readonly maxInFlight: number;
  readonly reconcileMs: number;
  /** Fewer new entries of a log than this are not worth a snapshot. Default: 64. */
  readonly snapshotEntries?: number;
  /** What all runs together may spend in a day, in UTC. Absent: no limit. */
  readonly dayLimits?: BudgetAmount;
}

export interface Coordinator {
  /** Makes sure that the run is driven: here, or by the coordinator that holds its lease. */
  drive(manifest: RunManifest): void;
  /** The state of a run that is driven here. */
  state(runId: string): RunState | undefined;
  /** The same, with the times of its rounds. */
  view(runId: string): RunView | undefined;
  /** The manifest of a run that this process can put back into a store that has lost it. */
  remembered(runId: string): RunManifest | undefined;
  /** What the calls of a run have used so far, whoever drives it; undefined if nothing was noted. */
  spent(
    manifest: Pick<RunManifest, 'runId' | 'spent' | 'cache'>,
    state: RunState | undefined,
    signal: AbortSignal,
  ): Promise<Spent | undefined>;
  /** What a run that is driven here is waiting for; undefined if it is making progress. */
  wait(runId: string): RunWait | undefined;
  /** Sentences for people about a run that is driven here that are not in its log; the newest last. */
  notices(runId: string): readonly string[];
  /**
   * Calls back at each step of a run that is driven here and while it waits, and at once if there is something to tell; returns
   * what unsubscribes.
   */
  onProgress(runId: string, listener: ProgressListener): () => void;
  /** What may be spent in a scope, and what is; undefined if there is no limit. */
  budget(scope: string): BudgetTable | undefined;
  changeBudget(scope: string, change: (table: BudgetTable) => BudgetTable): Promise<void>;
  /** What the calls of such a run count in, beside itself. */
  scopesOf(run: Pick<RunManifest, 'sweepId'>): Promise<string[]>;
  /** The workers heard from lately. */
  readonly workers: WaitWatch['workers'];
  /** For the metrics. */
  figures(): CoordinatorFigures;
  stop(): Promise<void>;
}

export type ProgressListener = (progress: PresentStep | undefined, wait: RunWait | undefined) => void;

export interface CoordinatorFigures {
  readonly runsLed: number;
  /** Jobs issued that have no result yet, of runs that are led here and not paused. */
  readonly jobsOutstanding: number;
  /** The runs that are known here and have not ended, whoever leads them. */
  readonly runs: readonly RunFigures[];
  readonly workersByKind: ReadonlyMap<string, number>;
  /** The longest wait of a run, by kind, in milliseconds. */
  readonly waits: ReadonlyMap<WaitKind, number>;
}

interface DrivenRun extends WatchedRun {
  manifest: RunManifest;
  attention: AbortController;
  state: RunState | undefined;
  times: RoundTimes;
  readonly spending: RunSpending;
  readonly copy: RunCopy;
  /** For people: what happened to the run that is not in its log. */
  readonly notices: string[];
  /** Aborts when leading the run must start again from what the store holds. */
  leadAgain: AbortController;
  progress: PresentStep | undefined;
  isLeading: boolean;
  failure: string | undefined;
  movedAtMs: number;
  readonly over: AbortController;
  /** Consecutive defects; trouble with the bus does not count. */
  defects: number;
  loop: Promise<void>;
}

const leasePollMs = 1000;
const defectsBeforeFailure = 3;
const defaultSnapshotEntries = 64;

/** Drives every run whose lease it can get, each in a loop of its own that starts over from the log after any trouble. */
export function startCoordinator(
  settings: CoordinatorSettings,
  bus: Bus,
  logger: Logger,
  timing: Timing = systemTiming,
): Coordinator {
  const { snapshotEntries = defaultSnapshotEntries } = settings;
  const stopping = new AbortController();
  const loops = { signal: stopping.signal, logger, timing };
  const runs = new Map<string, DrivenRun>();
  const listeners = new Map<string, Set<ProgressListener>>();
  const tell = ({ manifest, progress, wait }: DrivenRun): void => {
    for (const listener of listeners.get(manifest.runId) ?? []) listener(progress, wait);
  };
  const moved = (run: DrivenRun): void => {
    run.movedAtMs = timing.monotonicMs();
    run.failure = undefined;
    // A result of a job that was in progress does not end a pause.
    run.wait = pauseOf(run.manifest, timing.wallMs());
  };

  const changed = (run: DrivenRun, manifest: RunManifest): void => {
    const steered = run.manifest.status !== manifest.status;
    run.manifest = manifest;
    if (!steered) return;
    moved(run);
    tell(run);
    attend(manifest.runId);
  };
  /** What the run's driver waits for, it looks at anew. */
  const attend = (runId: string): void => {
    const run = runs.get(runId);
    if (run === undefined) return;
    const { attention } = run;
    run.attention = new AbortController();
    attention.abort();
  };
  const drive = (manifest: RunManifest): void => {
    const known = runs.get(manifest.runId);
    // A run that is just being released cannot be taken up before it is gone.
    if (known?.over.signal.aborted) return void known.loop.then(() => stopping.signal.aborted || drive(manifest));
    if (known) return changed(known, manifest);
    const lacking = lackingFor(manifest, knownNeeds());
    if (lacking.length > 0) {
      const needed = lacking.map(describeNeed).join(', ');
      return logger.error(
        { runId: manifest.runId },
        `the run needs ${needed}, which this version does not know: it is left to others`,
      );
    }
    const run: DrivenRun = {
      manifest,
      attention: new AbortController(),
      state: undefined,
      times: new Map(),
      spending: createRunSpending(bus, manifest.runId),
      copy: createRunCopy(),
      notices: [],
      leadAgain: new AbortController(),
      progress: undefined,
      isLeading: false,
      failure: undefined,
      movedAtMs: timing.monotonicMs(),
      wait: undefined,
      over: new AbortController(),
      defects: 0,
      loop: Promise.resolve(),
    };
    runs.set(manifest.runId, run);
    const signal = AbortSignal.any([stopping.signal, run.over.signal]);
    const lead = () =>
      leadRun(run, signal).catch((error: unknown) => {
        run.failure = coerceError(error).message;
        throw error;
      });
    run.loop = restartingLoop(`drive ${manifest.runId}`, { ...loops, signal }, lead).finally(() => {
      runs.delete(manifest.runId);
    });
  };
  const endedQueues = startEndedQueues(bus, logger, timing);
  const watching = restartingLoop('watch runs', loops, async (signal) => {
    for await (const manifest of bus.runs.watch(signal)) {
      endedQueues.seen(manifest);
      const known = runs.get(manifest.runId);
      if (known) changed(known, manifest);
      else if (settings.resume === 'all' && !hasEnded(manifest.status)) drive(manifest);
    }
  });

  // What is held here came from a store that no longer exists.
  const forget = bus.onRemade(() => {
    for (const run of runs.values()) {
      run.spending.startOver();
      run.leadAgain.abort(new Error('the store was recreated'));
    }
  });

  const limitedRun = (run: DrivenRun): LimitedRun => ({
    ...{ manifest: run.manifest, isLeading: run.isLeading },
    isExecuting: (run.progress?.outstanding.execute ?? 0) > 0,
    spent: (asked) => run.spending.spent(false, asked),
  });
  const limits = startLimitWatch({
    ...{ bus, logger, timing, dayLimits: settings.dayLimits },
    runs: () => [...runs.values()].map(limitedRun),
    changed: ({ manifest: { runId } }) => attend(runId),
  });

  const waits = startWaitWatch({ bus, logger, timing, runs: () => runs.values(), changed: tell });

  /**
   * Looks every second, without the growing pauses of a loop that fails: whoever stands by must lead soon after a leader's death.
   * Undefined if the run has ended under another one: there is nothing left to lead.
   */
  const awaitLease = async (run: DrivenRun, log: Logger, signal: AbortSignal): Promise<HeldLease | undefined> => {
    for (;;) {
      const held = await holdLease(bus.leases, runLease(run.manifest.runId), settings.name, log, timing);
      run.isLeading = held !== undefined;
      if (held !== undefined) return held;
      await timing.sleep(leasePollMs, signal);
      if (!hasEnded(run.manifest.status)) continue;
      run.over.abort();
      return undefined;
    }
  };

  const leadRun = async (run: DrivenRun, signal: AbortSignal): Promise<void> => {
    const { runId } = run.manifest;
    const log = logger.child({ runId, ...traceOfRun(runId) });
    await using held = await awaitLease(run, log, signal);
    if (held === undefined) return;
    const { copy, leadAgain } = run;
    if (leadAgain.signal.aborted) run.leadAgain = new AbortController();
    const again = run.leadAgain.signal;
    try {
      await restoreRun(bus, run.manifest, copy);
      const content = await contentOf(run);
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
          snapshotEntries,
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
            moved(run);
            const wasExecuting = (run.progress?.outstanding.execute ?? 0) > 0;
            run.progress = progress;
            tell(run);
            // A limit that kept the run from proposing now ends its search: what was proposed has been executed.
            if (wasExecuting && progress.outstanding.execute === 0 && limits.isReached(run)) attend(runId);
          },
          // Otherwise a defect that comes back as soon as the log is read would count as the first one each time.
          opened: (found, times) => {
            run.state = found;
            run.times = times;
          },
          advanced: (next) => {
            moved(run);
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
      await settleRun(run, state);
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
      await settleRun(run, await failRun(bus, runId, coerceError(error).message, { timing, remembered: copy.log }, signal));
    }
  };

  /** Clears the run's queues, and then writes how it ended where workers see it: nobody leads it any more after that. */
  const settleRun = async (run: DrivenRun, state: RunState): Promise<void> => {
    const { runId } = run.manifest;
    const noted = await run.spending.spent(true, AbortSignal.any([stopping.signal, run.over.signal]));
    const spent = withCache(noted, run.manifest.cache);
    const ended = { ...run.manifest, status: statusOf(state) };
    const summary = runSummary(ended, { state, times: run.times }, spent, timing.wallMs());
    // Whole, as the contract has it: the time of a simulation is not.
    const end = { status: ended.status, spent: spent && spentToProto(spent), summary, endedAtMs: Math.trunc(timing.wallMs()) };
    await bus.jobs.closeLanes(runId);
    const settled = await bus.runs.update(runId, (manifest) => ({ ...manifest, ...end, ...noPause }));
    // The store was made anew since the last entry: led again, the run is written back with its log, and settled then.
    if (settled === undefined) throw new LogLostError(`settle run ${runId}`);
    traceRun(run.manifest, { state, times: run.times }, timing.wallMs());
    logger.info({ runId, status: state.status }, 'run ended');
    run.over.abort();
  };

  const contentOf = async ({ manifest, copy }: DrivenRun) => {
    if (!manifest.configuration) throw new Error(`the manifest of run ${manifest.runId} has no configuration`);
    const configuration = configurationFromProto(manifest.configuration);
    // Put again, not merely kept: workers read it from the store.
    if (copy.benchmark) await bus.blobs.put(encodeBenchmark(copy.benchmark));
    else copy.benchmark = decodeBenchmark(await bus.blobs.get(configuration.benchmark.contentHash));
    return { configuration, benchmark: copy.benchmark };
  };

  return {
    drive,
    state: (runId) => runs.get(runId)?.state,
    view(runId) {
      const { state, times = new Map() } = runs.get(runId) ?? {};
      return state && { state, times };
    },
    remembered(runId) {
      const run = runs.get(runId);
      return run && run.copy.log.length > 0 && run.copy.log.skipped === 0 ? run.manifest : undefined;
    },
    async spent({ runId, spent, cache }, state, signal) {
      // What it had used when it ended: nothing is added to that.
      if (spent !== undefined) return spentFromProto(spent);
      const { spending } = runs.get(runId) ?? { spending: createRunSpending(bus, runId) };
      const isOver = state !== undefined && hasEnded(statusOf(state));
      return withCache(await spending.spent(isOver, signal), cache);
    },
    wait: (runId) => runs.get(runId)?.wait,
    notices: (runId) => runs.get(runId)?.notices ?? [],
    onProgress(runId, listener) {
      const set = listeners.get(runId) ?? new Set();
      listeners.set(runId, set.add(listener));
      const run = runs.get(runId);
      if (run?.progress ?? run?.wait) listener(run?.progress, run?.wait);
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(runId);
      };
    },
    budget: (scope) => limits.table(scope),
    changeBudget: limits.change,
    scopesOf: limits.scopesOf,
    workers: waits.workers,
    figures: () => {
      const wallMs = timing.wallMs();
      const figures = [...runs.values()].map((run) => runFigures(run, wallMs - (timing.monotonicMs() - run.movedAtMs)));
      const led = figures.filter(({ isLeading }) => isLeading);
      // A paused run's jobs exist, but must not be taken.
      const outstanding = led.flatMap((run) => (run.isPaused ? [] : Object.values(run.outstanding)));
      const jobsOutstanding = outstanding.reduce((sum, jobs) => sum + jobs, 0);
      return { runsLed: led.length, jobsOutstanding, runs: figures, workersByKind: waits.workersByKind(), waits: waits.waits() };
    },
    async stop() {
      stopping.abort();
      forget();
      await Promise.all([
        watching,
        endedQueues.stop(),
        waits.stop(),
        limits.stop(),
        ...[...runs.values()].map((run) => run.loop),
      ]);
    },
  };
}

function describeRestored(entries: number): string {
  return (
    `The NATS store was lost: ${entries} entries of the run's log were written again from the coordinator's memory. ` +
    'Executions whose results were not in the log are run again.'
  );
}

/** That a run uses the response cache is said even before the cache has answered anything. */
function withCache(spent: Spent | undefined, cache: CacheUse | undefined): Spent | undefined {
  if (spent === undefined || cache === undefined) return spent;
  return { cached: { calls: 0, tokens: 0 }, ...spent };
}

function wantedOf({ status, cancelReason }: RunManifest): WantedStatus {
  if (status === RunStatus.CANCELLED) return { status: 'cancelled', reason: cancelReason || 'no reason given' };
  return { status: status === RunStatus.PAUSED ? 'paused' : 'running' };
}

export function statusOf(state: RunState): RunStatus {
  const statuses = {
    running: RunStatus.RUNNING,
    paused: RunStatus.PAUSED,
    completed: RunStatus.COMPLETED,
    cancelled: RunStatus.CANCELLED,
    failed: RunStatus.FAILED,
  } as const;
  return statuses[state.status];
}
