import type { Comparison } from '../../domain/comparison/compare-evaluations.ts';
import type { Money } from '../../domain/prices/money-of.ts';
import type { DifferenceLine, WorkflowShown } from './workflow-shown.ts';

/** GET /api/compare?a=RUN[:ROUND]&b=RUN[:ROUND] : without a round, the best one. */
export interface CompareAnswer {
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** What the figures come to. */
  readonly sentence: string;
  /** Changed queries: at most 500, those that changed the most first. */
  readonly comparison: Comparison;
  readonly moreChanges: number;
  /** Of the two workflow files, the whole of both. */
  readonly difference: readonly DifferenceLine[];
}

export interface ComparedSide {
  readonly runId: string;
  readonly round: number;
  readonly label: string;
  readonly simulated: boolean;
  readonly executions: number;
  readonly tokens?: number;
  readonly money?: Money;
  readonly remarks: readonly string[];
  readonly workflow: WorkflowShown;
}
