import type { ExperimentReport } from '../../domain/experiments/experiment-report.ts';
import type { ExperimentPlan } from './experiment-plan.ts';
import type { ExperimentRuns } from './experiment-runs.ts';

/** What an experiment itself reports; the frame adds what was run and whether a simulated model answered. */
export type ExperimentResult = Pick<ExperimentReport, 'findings' | 'tables' | 'plots' | 'remarks'>;

export interface ExperimentContext {
  readonly plan: ExperimentPlan;
  readonly runs: ExperimentRuns;
}

/** A question that searches and evaluations answer. A new one is one file here and one line in registry.ts. */
export interface Experiment {
  readonly name: string;
  /** In the words of the report's heading. */
  readonly title: string;
  /** For --help, in a few words. */
  readonly description: string;
  /** What is run if the user does not say. */
  readonly benchmarks: readonly string[];
  readonly fewestBenchmarks: number;
  /** Presets and evaluation methods; none if they are not its subject. */
  readonly methods: readonly string[];
  /** What --methods may name instead. */
  readonly knownMethods: readonly string[];
  readonly mostMethods: number;
  /**
   * Starts its runs, several at once, and reports their outcome. Nothing is kept between runs but what it collects, so the
   * same command continues whatever was interrupted.
   */
  run(context: ExperimentContext): Promise<ExperimentResult>;
}

/** A remark for tables whose scores were measured with several seeds on the test split. */
export const aboutIntervals =
  'Intervals are 95 %: of scores over seeds and queries together, of tokens over seeds. With few seeds they are wide, as they should be.';
