import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { WorkerReport } from '../../shared/contracts/generated/scale/v1/job.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { linkedWithin, orAborted, within } from '../../shared/lifecycle/abort.ts';
import { restartingLoop } from '../../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { createWaitTeller, type WaitTeller } from '../../shared/lifecycle/wait-teller.ts';
import type { Bus, JobKind } from '../../shared/messaging/bus.ts';
import { jobKinds } from '../../shared/messaging/subjects-and-streams.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { PresentStep } from '../rounds/step-tracker.ts';
import { type RunWait, shortestWaitMs, type WaitKind, waitKinds, waitOf } from './run-wait.ts';
import { type WorkerSightings, watchWorkers } from './worker-sightings.ts';

/** What is known of a run that is driven here, for the purpose of waiting. */
export interface WatchedRun {
  readonly manifest: RunManifest;
  readonly progress: PresentStep | undefined;
  readonly isLeading: boolean;
  /** Why its driver had to start over; undefined once progress has been made since. */
  readonly failure: string | undefined;
  /** When progress was last made, on the monotonic clock. */
  readonly movedAtMs: number;
  wait: RunWait | undefined;
}

export interface WaitWatch {
  /** The newest report of each worker heard from lately. */
  readonly workers: Pick<WorkerSightings, 'present' | 'seen' | 'isSettled'>;
  /** Workers that take jobs of a kind now. */
  workersByKind(): ReadonlyMap<string, number>;
  /** The longest wait of each kind, in milliseconds. */
  waits(): ReadonlyMap<WaitKind, number>;
  stop(): Promise<void>;
}

export interface WaitWatchSettings<Run> {
  readonly bus: Bus;
  readonly logger: Logger;
  readonly timing: Timing;
  readonly runs: () => Iterable<Run>;
  /** A run's wait has begun, changed, continued or ended. */
  readonly changed: (run: Run) => void;
}

const lookEveryMs = 1_000;
const tellEveryMs = 5_000;
const checkWithinMs = 2_000;
const noneOutstanding = { execute: 0, predict: 0, propose: 0 } as const;

/** Looks every second at what each run waits for, and says so in the log from time to time. */
export function startWaitWatch<Run extends WatchedRun>(settings: WaitWatchSettings<Run>): WaitWatch {
  const { bus, logger, timing, runs, changed } = settings;
  const stopping = new AbortController();
  const workers = watchWorkers(bus, logger, timing);
  const tellers = new WeakMap<Run, WaitTeller>();
  const toldAtMs = new WeakMap<Run, number>();

  const look = async (signal: AbortSignal): Promise<void> => {
    // One reading of each clock per look. A run that makes progress while the bus is being asked does not count as idle.
    const [nowMs, wallMs] = [timing.monotonicMs(), timing.wallMs()];
    const isAnyIdle = [...runs()].some(({ movedAtMs }) => nowMs - movedAtMs >= shortestWaitMs);
    const busTrouble = isAnyIdle ? await troubleOf(bus, timing, signal) : undefined;
    const present = workers.isSettled() ? workers.present() : undefined;
    for (const run of runs()) {
      const { manifest, progress, isLeading, failure, movedAtMs } = run;
      const before = run.wait;
      const outstanding = progress?.outstanding ?? noneOutstanding;
      // What workers have in hand explains the wait; a queue that hands out nothing leaves them without.
      const mayBePaused =
        busTrouble === undefined && isLeading && nowMs - movedAtMs >= shortestWaitMs && !isInHand(manifest.runId, present ?? []);
      const pausedLanes = mayBePaused ? await pausedLanesOf(bus, timing, manifest.runId, signal) : noLanes;
      run.wait = waitOf({
        ...{ manifest, isLeading, wallMs, workers: present, pausedLanes, outstanding },
        idleMs: nowMs - movedAtMs,
        busTrouble: busTrouble ?? failure,
      });
      // A watcher counts the time itself; it is told of changes, and from time to time of the present state.
      const isNews = before?.kind !== run.wait?.kind || nowMs - (toldAtMs.get(run) ?? Number.NEGATIVE_INFINITY) >= tellEveryMs;
      if (isNews && (before ?? run.wait) !== undefined) {
        toldAtMs.set(run, nowMs);
        changed(run);
      }
      log(run);
    }
  };
  const log = (run: Run): void => {
    const { wait, manifest } = run;
    const teller = tellers.get(run) ?? createWaitTeller();
    tellers.set(run, teller);
    const word = teller.look(wait);
    const { runId } = manifest;
    if (word === 'over') logger.info({ runId }, 'the run continues');
    if (word !== 'now' || wait === undefined) return;
    const { kind, what, until, waitedMs } = wait;
    const level = kind === 'paused' || kind === 'work' || kind === 'lease' ? 'info' : 'warn';
    logger[level]({ runId, waitsFor: kind, until, waitedMs: Math.round(waitedMs) }, `the run is waiting: ${what}`);
  };
  const watching = restartingLoop('watch waits', { signal: stopping.signal, logger, timing }, async (signal) => {
    while (!signal.aborted) {
      await look(signal);
      await timing.sleep(lookEveryMs, signal);
    }
  });
  return {
    workers,
    workersByKind: () => {
      const counts = new Map<string, number>(jobKinds.map((kind) => [kind, 0]));
      for (const kind of workers.present().flatMap(({ kinds }) => kinds)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return counts;
    },
    waits: () => {
      const longest = new Map<WaitKind, number>(waitKinds.map((kind) => [kind, 0]));
      for (const { wait } of runs()) if (wait) longest.set(wait.kind, Math.max(wait.waitedMs, longest.get(wait.kind) ?? 0));
      return longest;
    },
    async stop() {
      stopping.abort();
      await Promise.all([watching, workers.stop()]);
    },
  };
}

function isInHand(runId: string, workers: readonly WorkerReport[]): boolean {
  return workers.some(({ runs }) => runs.some((run) => run.runId === runId && run.jobsInFlight > 0));
}

const noLanes: ReadonlyMap<JobKind, number> = new Map();

/** None where the server does not say so in time: the next look at the bus tells that. */
async function pausedLanesOf(
  bus: Bus,
  timing: Timing,
  runId: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<JobKind, number>> {
  using limit = linkedWithin(timing, checkWithinMs, signal);
  return await orAborted(bus.jobs.pausedLanes(runId), limit.signal).catch(() => noLanes);
}

async function troubleOf(bus: Bus, timing: Timing, signal: AbortSignal): Promise<string | undefined> {
  const trouble = bus.trouble();
  if (trouble !== undefined && trouble.forMs > shortestWaitMs) return trouble.message;
  using limit = within(timing, checkWithinMs);
  try {
    await bus.check(AbortSignal.any([signal, limit.signal]));
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    return limit.signal.aborted ? `the NATS server has not answered for ${checkWithinMs / 1_000} s` : coerceError(error).message;
  }
}
