import type { ParsedRunFile } from '../../shared/config/parse-run-file.ts';

/** The settings that an experiment varies. */
export interface ExperimentBase {
  readonly parsed: ParsedRunFile;
  /** Relative paths in it start here. */
  readonly folder: string;
  /** Absent: the defaults. */
  readonly runFile?: string;
}

/** What an experiment runs, with all questions of the command line settled. */
export interface ExperimentPlan {
  readonly base: ExperimentBase;
  /** What tables call them. */
  readonly benchmarks: readonly string[];
  /** What run files call them, which for a user's own is the whole path of its file. */
  readonly benchmarkNames: ReadonlyMap<string, string>;
  readonly methods: readonly string[];
  readonly seeds: readonly number[];
  /** Most queries of a search; absent: all. */
  readonly limit?: number;
  /** Most queries of an evaluation on the test split; absent: all. */
  readonly testLimit?: number;
  /** Absent: the base's. */
  readonly rounds?: number;
  /** From this score on an answer counts as correct. */
  readonly threshold: number;
  /** Optimizer models to compare, each with its endpoint if that is not the base's. */
  readonly optimizers: readonly OptimizerChoice[];
  readonly quick: boolean;
}

export interface OptimizerChoice {
  readonly model: string;
  readonly endpoint?: string;
}
