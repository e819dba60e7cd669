import type { Cli } from '../cli.ts';

/** Something that is fast, with the floor that it cannot go below, measured in the same run. */
export interface Bench {
  readonly name: string;
  readonly description: string;
  run(cli: Cli, seconds: number): Promise<BenchResult>;
}

export interface BenchResult {
  readonly rows: readonly BenchRow[];
  /** What the figures mean, and on what they were measured. */
  readonly notes: readonly string[];
}

export interface BenchRow {
  readonly name: string;
  readonly perSecond: number;
  /** What is counted, e.g. "replayed searches". */
  readonly unit: string;
  /** Time of one, over the floor's; 1 for the floor itself. */
  readonly timesFloor?: number;
}
