import { onAbort } from '../../shared/lifecycle/abort.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { EngineSettings } from './engine-settings.ts';
import { createScheduler, type Step } from './scheduler.ts';
import type { NewSequence, Sequence } from './sequence.ts';

/** A sequence whose tokens come as time passes. Times are by the monotonic clock, in milliseconds. */
export interface TimedSequence {
  readonly sequence: Sequence;
  /** When it was first in a step; undefined while it waits for that. */
  readonly startedAtMs: number | undefined;
  readonly firstTokenAtMs: number | undefined;
  /** Resolves when it is in its first step. @throws the signal's reason */
  untilStarted(signal: AbortSignal): Promise<void>;
  /** Resolves when so many output tokens are there, of more than it has when all are. @throws the signal's reason */
  untilTokens(tokens: number, signal: AbortSignal): Promise<void>;
  cancel(): void;
}

export interface Engine {
  readonly running: number;
  readonly waiting: number;
  readonly preemptions: number;
  readonly kvUsage: number;
  /** @throws RangeError for a sequence that would not fit the KV cache by itself */
  submit(sequences: readonly NewSequence[]): TimedSequence[];
}

/** So that requests are read, and replies written, while a fast engine is behind its clock. */
const mostStepsATurn = 64;

/** Runs the scheduler's steps one after another, each for the time that it takes. */
export function createEngine(settings: EngineSettings, timing: Timing): Engine {
  const scheduler = createScheduler(settings);
  const timed = new Map<Sequence, Progress>();
  let step: Step | undefined;
  /** The one after it, where that is decided already. */
  let planned: Step | undefined;
  let endsAtMs = 0;

  const begin = (atMs: number): void => {
    step = planned ?? scheduler.next();
    planned = settings.asyncScheduling ? scheduler.next() : undefined;
    for (const part of step?.parts ?? []) timed.get(part.sequence)?.started(atMs);
    endsAtMs = atMs + (step?.durationMs ?? 0) / settings.speed;
  };
  const finish = (finished: Step): void => {
    for (const sequence of scheduler.finish(finished)) {
      timed.get(sequence)?.token(endsAtMs);
      if (sequence.state === 'over') timed.delete(sequence);
    }
  };
  let disarm = (): void => {};
  const arm = (): void => {
    disarm();
    disarm = timing.after(Math.max(0, endsAtMs - timing.monotonicMs()), proceed);
  };
  // Steps begin where the last one ended, not when its timer fired: late timers do not add up.
  const proceed = (): void => {
    for (let steps = 0; steps < mostStepsATurn && step !== undefined && endsAtMs <= timing.monotonicMs(); steps += 1) {
      finish(step);
      begin(endsAtMs);
    }
    if (step !== undefined) arm();
  };

  const submit = (sequence: NewSequence): TimedSequence => {
    const added = scheduler.add(sequence);
    const progress = createProgress(added, timing.monotonicMs());
    timed.set(added, progress);
    return {
      sequence: added,
      get startedAtMs() {
        return progress.startedAtMs;
      },
      get firstTokenAtMs() {
        return progress.firstTokenAtMs;
      },
      untilStarted: (signal) => progress.until(() => progress.startedAtMs !== undefined, signal),
      untilTokens: (tokens, signal) => progress.until(() => added.generated >= Math.min(tokens, added.outputTokens), signal),
      cancel: () => {
        scheduler.cancel(added);
        timed.delete(added);
      },
    };
  };

  return {
    get running() {
      return scheduler.running;
    },
    get waiting() {
      return scheduler.waiting;
    },
    get preemptions() {
      return scheduler.preemptions;
    },
    get kvUsage() {
      return scheduler.kvUsage;
    },
    submit: (sequences) => {
      // Steps that should have begun by now have begun without them.
      if (step !== undefined) proceed();
      const submitted = sequences.map(submit);
      if (step === undefined) {
        begin(timing.monotonicMs());
        if (step !== undefined) arm();
      }
      return submitted;
    },
  };
}

interface Progress {
  readonly startedAtMs: number | undefined;
  readonly firstTokenAtMs: number | undefined;
  started(atMs: number): void;
  token(atMs: number): void;
  until(holds: () => boolean, signal: AbortSignal): Promise<void>;
}

function createProgress(sequence: Sequence, submittedAtMs: number): Progress {
  const waits = new Set<{ readonly holds: () => boolean; readonly resolve: () => void }>();
  let startedAtMs: number | undefined;
  let firstTokenAtMs: number | undefined;
  const look = (): void => {
    for (const wait of waits) if (wait.holds()) wait.resolve();
  };
  return {
    get startedAtMs() {
      return startedAtMs;
    },
    get firstTokenAtMs() {
      return firstTokenAtMs;
    },
    started: (atMs) => {
      if (startedAtMs !== undefined) return;
      // An engine that cannot keep up with its clock begins steps in the past.
      startedAtMs = Math.max(atMs, submittedAtMs);
      look();
    },
    token: (atMs) => {
      if (sequence.generated === 1) firstTokenAtMs = Math.max(atMs, submittedAtMs);
      look();
    },
    until: async (holds, signal) => {
      signal.throwIfAborted();
      if (holds()) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const wait = { holds, resolve };
      waits.add(wait);
      using _listening = onAbort(signal, () => reject(signal.reason));
      try {
        await promise;
      } finally {
        waits.delete(wait);
      }
    },
  };
}
