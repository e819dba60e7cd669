import { mean } from './intervals.ts';

/** Of executions, in milliseconds. */
export interface Latencies {
  readonly mean: number;
  readonly median: number;
  /** Nine in ten take no longer. */
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Undefined without any. */
export function latenciesOf(times: readonly number[]): Latencies | undefined {
  if (times.length === 0) return undefined;
  const sorted = times.toSorted((one, other) => one - other);
  const quantile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { mean: mean(sorted), median: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), max: quantile(1) };
}
