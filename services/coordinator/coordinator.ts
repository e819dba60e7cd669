import type { Spent } from '../domain/run/ledger/spent.ts';
import type { RunState } from '../domain/run/state.ts';
import type { BudgetTable } from '../shared/contracts/generated/scale/v1/budgets.ts';
import type { RunManifest } from '../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../shared/contracts/has-ended.ts';
import { isSettled } from '../shared/contracts/is-settled.ts';
import { describeNeed, knownNeeds, lackingFor } from '../shared/contracts/run-needs.ts';
import { spentFromProto } from '../shared/contracts/spending-codec.ts';
import { coerceError } from '../shared/errors/coerce-error.ts';
import { restartingLoop } from '../shared/lifecycle/restarting-loop.ts';
import { systemTiming, type Timing } from '../shared/lifecycle/timing.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import { startEndedQueues } from './jobs/ended-queues.ts';
import { type DailyLimits, dailyLimits } from './limits/daily-limits.ts';
import { type LimitedRun, type LimitWatch, startLimitWatch } from './limits/limit-watch.ts';
import { createRunSpending, withCache } from './limits/run-spending.ts';
import type { RunView } from './log/run-log.ts';
import type { PresentStep, StepOfRound } from './rounds/step-tracker.ts';
import { attend, createDrivenRun, type DrivenRun, limitedRun, moved } from './runs/driven-run.ts';
import { type LeadRunSettings, leadRun } from './runs/lead-run.ts';
import { type RunFigures, runFigures } from './runs/run-figures.ts';
import { runStatusOf } from './runs/run-status-of.ts';
import type { RunWait, WaitKind } from './waits/run-wait.ts';
import { startWaitWatch, type WaitWatch } from './waits/wait-watch.ts';

export interface CoordinatorSettings extends LeadRunSettings {
  /** `requested`: drive only runs for which `drive` was called in this process. */
  readonly resume: 'all' | 'requested';
  /** What several runs together may spend in a day. Absent: no limit. */
  readonly daily?: DailyLimits;
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
  /** How far each round of a run has got that is under way, if the run is led here; the log's comes first. */
  underWay(runId: string): readonly StepOfRound[];
  /** What a run that is driven here is waiting for; undefined if it is making progress. */
  wait(runId: string): RunWait | undefined;
  /** Sentences for people about a run that is driven here that are not in its log; the newest last. */
  notices(runId: string): readonly string[];
  /**
   * Calls back at each step of a run that is driven here and while it waits, and at once if there is something to tell; returns
   * what unsubscribes.
   */
  onProgress(runId: string, listener: ProgressListener): () => void;
  /** What may be spent in a scope, and what is; undefined if there is no limit, or for a run that is not driven here. */
  budget(scope: string): BudgetTable | undefined;
  /** The same, also of a run that is not driven here. */
  readBudget(scope: string): Promise<BudgetTable | undefined>;
  changeBudget(scope: string, change: (table: BudgetTable) => BudgetTable): Promise<void>;
  /** What the calls of such a run count in, beside itself. */
  readonly scopesOf: LimitWatch<LimitedRun>['scopesOf'];
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

/** Drives every run whose lease it can get, each in a loop of its own that starts over from the log after any trouble. */
export function startCoordinator(
  settings: CoordinatorSettings,
  bus: Bus,
  logger: Logger,
  timing: Timing = systemTiming,
): Coordinator {
  const stopping = new AbortController();
  const loops = { signal: stopping.signal, logger, timing };
  const runs = new Map<string, DrivenRun>();
  const listeners = new Map<string, Set<ProgressListener>>();
  const tell = ({ manifest, progress, wait }: DrivenRun): void => {
    for (const listener of listeners.get(manifest.runId) ?? []) listener(progress, wait);
  };

  const changed = (run: DrivenRun, manifest: RunManifest): void => {
    const steered = run.manifest.status !== manifest.status;
    run.manifest = manifest;
    if (!steered) return;
    moved(run, timing);
    tell(run);
    attend(run);
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
    const run = createDrivenRun(bus, manifest, timing.monotonicMs());
    runs.set(manifest.runId, run);
    const signal = AbortSignal.any([stopping.signal, run.over.signal]);
    const lead = () =>
      leadRun(run, parts, signal).catch((error: unknown) => {
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
      // One that is just being released would take the change with it.
      if (known && !known.over.signal.aborted) changed(known, manifest);
      else if ((known || settings.resume === 'all') && !isSettled(manifest)) drive(manifest);
    }
  });

  // What is held here came from a store that no longer exists.
  const forget = bus.onRemade(() => {
    for (const run of runs.values()) {
      run.spending.startOver();
      run.leadAgain.abort(new Error('the store was recreated'));
    }
  });

  const limits = startLimitWatch({
    ...{ bus, logger, timing, daily: settings.daily ?? dailyLimits(undefined) },
    runs: () => [...runs.values()].map(limitedRun),
    changed: ({ manifest: { runId } }) => {
      const run = runs.get(runId);
      if (run) attend(run);
    },
  });
  const parts = { settings, bus, logger, timing, limits, changed, tell };

  const waits = startWaitWatch({ bus, logger, timing, runs: () => runs.values(), changed: tell });

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
      const isOver = state !== undefined && hasEnded(runStatusOf(state));
      return withCache(await spending.spent(isOver, signal), cache);
    },
    underWay(runId) {
      const { isLeading = false, progress } = runs.get(runId) ?? {};
      return isLeading && progress !== undefined ? [progress, ...progress.ahead] : [];
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
    budget: limits.table,
    readBudget: limits.read,
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
