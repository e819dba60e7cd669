import { decodeEvent, eventToProto } from '../shared/contracts/event-codec.ts';
import type { Progress, WatchRunRequest, WatchRunResponse } from '../shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import type { Coordinator } from './coordinator.ts';
import { waitingToProto } from './run-wait.ts';
import type { RunProgress } from './step-progress.ts';

type Step = Pick<RunProgress, 'round' | 'phase' | 'done' | 'total'>;

const unknownStep: Step = { round: 0, phase: 'warm-up', done: 0, total: 0 };

/**
 * The log, and between its entries how far the current step is and what holds its workers up. Ends after the entry that ends
 * the run. Only the newest progress is kept for a slow reader.
 */
export async function* watchRun(
  bus: Bus,
  coordinator: Coordinator,
  { runId, afterSequence, follow }: WatchRunRequest,
  signal: AbortSignal,
): AsyncGenerator<WatchRunResponse> {
  const ended = new AbortController();
  const reading = AbortSignal.any([signal, ended.signal]);
  const aside = follow ? openAside(bus, coordinator, runId, reading) : undefined;
  const entries = bus.log.read(runId, { after: afterSequence, follow }, reading)[Symbol.asyncIterator]();
  let next = entries.next();
  try {
    while (!signal.aborted) {
      const update = aside?.take();
      if (update) {
        yield { update: { $case: 'progress', value: update } };
        continue;
      }
      const winner = await Promise.race([next, ...(aside ? [aside.changed()] : [])]);
      if (winner === 'changed') continue;
      if (winner.done) return;
      const { sequence, timeMs, entry } = winner.value;
      const { event } = decodeEvent(entry);
      yield { update: { $case: 'event', value: { sequence, timeMs, event: eventToProto(runId, event) } } };
      if (follow && (event.kind === 'run-completed' || event.kind === 'run-cancelled' || event.kind === 'run-failed')) return;
      next = entries.next();
    }
  } finally {
    ended.abort();
    await aside?.closed;
    await next.catch(() => undefined);
    await entries.return?.();
  }
}

interface Aside {
  /** The newest progress, once. */
  take(): Progress | undefined;
  changed(): Promise<'changed'>;
  readonly closed: Promise<void>;
}

function openAside(bus: Bus, coordinator: Coordinator, runId: string, signal: AbortSignal): Aside {
  let progress = unknownStep;
  let waiting: Progress['waiting'];
  let trouble = '';
  let fresh = false;
  let wake: () => void = () => undefined;
  const change = (): void => {
    fresh = true;
    wake();
  };
  const stopProgress = coordinator.onProgress(runId, (told, wait) => {
    const step = told ?? unknownStep;
    // Something got done, so whatever held it up is over.
    if (step !== progress) trouble = '';
    progress = step;
    waiting = wait && waitingToProto(wait, Date.now());
    change();
  });
  const closed = (async () => {
    try {
      for await (const told of bus.troubles.follow(runId, signal)) {
        trouble = told.message;
        change();
      }
    } finally {
      stopProgress();
    }
  })();
  return {
    take() {
      if (!fresh) return undefined;
      fresh = false;
      const { round, phase, done, total } = progress;
      return { round, phase, done, total, tokens: 0, trouble, waiting };
    },
    changed: () =>
      new Promise((resolve) => {
        wake = () => resolve('changed');
        if (fresh) wake();
      }),
    closed,
  };
}
