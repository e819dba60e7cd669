import type { Cli } from '../cli.ts';

/** Something that is fast, with the limit that it cannot pass, measured or known in the same run. */
export interface Bench {
  readonly name: string;
  readonly description: string;
  run(cli: Cli, wishes: BenchWishes): Promise<BenchResult>;
}

export interface BenchWishes {
  /** Time for each row of the benches that repeat something short. */
  readonly seconds: number;
  /** A small form: it shows in a few seconds that the bench works, not how fast anything is. */
  readonly quick: boolean;
}

export interface BenchResult {
  readonly rows: readonly BenchRow[];
  /** What the figures mean, and on what they were measured. */
  readonly notes: readonly string[];
}

export interface BenchRow {
  readonly name: string;
  readonly value: number;
  /** E.g. "s" or "programs/s". */
  readonly unit: string;
  /** What the value cannot pass, in the same unit. */
  readonly limit?: number;
  /** The value over its limit, or the other way round, as the name of the row says; 1 is the limit. */
  readonly ratio?: number;
}

/** For tables: value, unit, limit and ratio, "" where there is none. */
export function cellsOf({ value, unit, limit, ratio }: BenchRow): string[] {
  return [shown(value), unit, limit === undefined ? '' : shown(limit), ratio === undefined ? '' : ratio.toFixed(2)];
}

/** Three significant digits, or all those before the decimal point. */
function shown(value: number): string {
  return value >= 100 ? `${Math.round(value)}` : value.toPrecision(3);
}
