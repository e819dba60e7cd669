import type { RoundTimes } from '../../domain/report/time-left.ts';
import type { RunState } from '../../domain/run/state.ts';
import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { LimitedRun } from '../limits/limit-watch.ts';
import { createRunSpending, type RunSpending } from '../limits/run-spending.ts';
import type { PresentStep } from '../rounds/step-tracker.ts';
import { pauseOf } from '../waits/run-wait.ts';
import type { WatchedRun } from '../waits/wait-watch.ts';
import { createRunCopy, type RunCopy } from './run-copy.ts';

/** What a coordinator holds of a run that it leads or stands by for. Whatever of it must last is in the store too. */
export interface DrivenRun extends WatchedRun {
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

export function createDrivenRun(bus: Bus, manifest: RunManifest, movedAtMs: number): DrivenRun {
  return {
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
    movedAtMs,
    wait: undefined,
    over: new AbortController(),
    defects: 0,
    loop: Promise.resolve(),
  };
}

/** The run has made progress. */
export function moved(run: DrivenRun, timing: Timing): void {
  run.movedAtMs = timing.monotonicMs();
  run.failure = undefined;
  // A result of a job that was in progress does not end a pause.
  run.wait = pauseOf(run.manifest, timing.wallMs());
}

/** What the run's driver waits for, it looks at anew. */
export function attend(run: DrivenRun): void {
  const { attention } = run;
  run.attention = new AbortController();
  attention.abort();
}

export function isExecuting({ progress }: Pick<DrivenRun, 'progress'>): boolean {
  return (progress?.outstanding.execute ?? 0) > 0;
}

export function limitedRun(run: DrivenRun): LimitedRun {
  return {
    ...{ manifest: run.manifest, isLeading: run.isLeading, isExecuting: isExecuting(run) },
    spent: (asked) => run.spending.spent(false, asked),
  };
}
