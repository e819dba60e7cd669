import type { Timing } from '../../lifecycle/timing.ts';

/** A moment on both of a machine's clocks. */
export interface ClockReading {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

type Clocks = Pick<Timing, 'monotonicMs' | 'wallMs'>;

export function readClocks(clocks: Clocks): ClockReading {
  return { monotonicMs: clocks.monotonicMs(), wallMs: clocks.wallMs() };
}

/** By the clock that shows more: the monotonic one stands still while the machine sleeps, and the other may be set back. */
export function msSince(then: ClockReading, clocks: Clocks): number {
  return Math.max(clocks.monotonicMs() - then.monotonicMs, clocks.wallMs() - then.wallMs);
}
