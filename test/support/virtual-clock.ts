import { sleepOn, type Timing } from '../../services/shared/lifecycle/timing.ts';

/** Time that passes only when nothing else is left to do: a minute of waiting takes as long as what happens in it. */
export interface VirtualClock {
  readonly timing: Timing;
  /**
   * Lets time pass until the promise is settled, and gives its outcome. Timers fire in the order of their times, those of one
   * time in the order in which they were set; between two of them, everything that the first has set off runs to its end.
   * @throws StandstillError when nothing is left that could settle the promise, or `withinMs` of virtual time have passed
   */
  until<Value>(promise: Promise<Value>, withinMs?: number): Promise<Value>;
  /** Timers that have not fired yet. */
  pending(): number;
}

/** Nothing that is simulated will ever happen again, or not in time, and what was awaited has not happened. */
export class StandstillError extends Error {
  override readonly name = 'StandstillError';
}

interface Timer {
  readonly atMs: number;
  action: (() => void) | undefined;
}

const dayMs = 86_400_000;
/** Any day will do, as long as it is the same one each time. */
const firstWallMs = Date.UTC(2026, 0, 1);
/**
 * Timers that fire in one turn of the event loop, which runs microtasks to their end after each. A turn costs as much as many
 * timers.
 */
const timersInTurn = 64;

export function createVirtualClock(): VirtualClock {
  let now = 0;
  let waiting = 0;
  /** Sorted, the next one last. */
  const timers: Timer[] = [];

  const after: Timing['after'] = (delayMs, action) => {
    const timer: Timer = { atMs: now + Math.max(0, delayMs), action };
    timers.splice(placeOf(timers, timer.atMs), 0, timer);
    waiting += 1;
    return () => {
      if (timer.action !== undefined) waiting -= 1;
      timer.action = undefined;
    };
  };
  /** The one that fires next, which stays where it is. */
  const next = (): Timer | undefined => {
    while (timers.length > 0 && timers.at(-1)?.action === undefined) timers.pop();
    return timers.at(-1);
  };

  return {
    // Dates are whole milliseconds, as the system's are; pauses of random length need not be.
    timing: { monotonicMs: () => now, wallMs: () => firstWallMs + Math.floor(now), after, sleep: sleepOn(after) },
    pending: () => waiting,
    until: (promise, withinMs = dayMs) =>
      new Promise((resolve, reject) => {
        const latest = now + withinMs;
        let isOver = false;
        const end = (how: () => void): void => {
          if (!isOver) how();
          isOver = true;
        };
        promise.then(
          (value) => end(() => resolve(value)),
          (error: unknown) => end(() => reject(error)),
        );
        const fire = (): void => {
          if (isOver) return;
          const timer = next();
          if (timer === undefined) return end(() => reject(new StandstillError(`nothing is left to happen after ${now} ms`)));
          if (timer.atMs > latest) return end(() => reject(new StandstillError(`it has not happened within ${withinMs} ms`)));
          timers.pop();
          const { action } = timer;
          timer.action = undefined;
          waiting -= 1;
          now = timer.atMs;
          try {
            action?.();
          } catch (error) {
            end(() => reject(error));
          }
        };
        const turn = (): void => {
          if (isOver) return;
          for (let count = 0; count < timersInTurn; count += 1) setImmediate(fire);
          setImmediate(turn);
        };
        setImmediate(turn);
      }),
  };
}

/**
 * Runs the body on a clock of its own, whose time passes while the body waits. @throws what the body throws, or StandstillError
 */
export async function inVirtualTime<Value>(body: (timing: Timing) => Promise<Value>): Promise<Value> {
  const { timing, until } = createVirtualClock();
  return await until(body(timing));
}

/**
 * Where a timer goes among others that are sorted the latest first: those of the same time fire in the order of their setting.
 */
function placeOf(timers: readonly Timer[], atMs: number): number {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timers[middle] as Timer).atMs > atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
