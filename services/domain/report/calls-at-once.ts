/** How many calls of a model were under way at once, on average over a run's time. */
export interface CallsAtOnce {
  readonly model: string;
  readonly calls: number;
}

/** How long calls of a model took, in all. */
export interface TimedCalls {
  readonly model: string;
  /** Absent: not measured. */
  readonly tookMs?: number;
}

/** From and until when something went on, in milliseconds since 1970. */
export interface Period {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** The time in which at least one of these went on. */
export function timeOf(periods: readonly Period[]): number {
  const inOrder = [...periods].sort((one, other) => one.startedAtMs - other.startedAtMs);
  let [sum, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { startedAtMs, endedAtMs } of inOrder) {
    sum += Math.max(0, endedAtMs - Math.max(startedAtMs, until));
    until = Math.max(until, endedAtMs);
  }
  return sum;
}

/**
 * By Little's law: the time that all calls took, over the time that the run took. What a run leaves idle of the calls that its
 * servers take at once is the rest; the averages of runs that share servers add up.
 * @param runMs of the run, or of several runs together, pauses included
 * @returns the most first; undefined where the times of calls are not known, as those of versions that did not note them
 */
export function callsAtOnce(uses: readonly TimedCalls[], runMs: number): readonly CallsAtOnce[] | undefined {
  const tookMs = new Map<string, number>();
  for (const { model, tookMs: took } of uses) if (took !== undefined) tookMs.set(model, (tookMs.get(model) ?? 0) + took);
  if (tookMs.size === 0 || runMs <= 0) return undefined;
  const averages = [...tookMs].map(([model, ms]) => ({ model, calls: ms / runMs }));
  return averages.sort((one, other) => other.calls - one.calls || (one.model < other.model ? -1 : 1));
}
