import type { EvaluationMethod } from '../evaluation/evaluation-method.ts';
import type { PickPolicy, PickSettings } from '../picking/pick-policy.ts';
import type { EvaluationSettings } from '../run/configuration.ts';
import type { Objective } from '../run/objective.ts';

/** How a recorded search is evaluated again. */
export interface ReplayPlan {
  readonly method: EvaluationMethod;
  /** With the warm-up rounds and the few-shot ratio for a search without a budget. */
  readonly settings: EvaluationSettings;
  readonly pick: PickPolicy;
  readonly pickSettings: PickSettings;
  /** What is looked for; absent: the highest score. */
  readonly objective?: Objective;
  /** Rounds in flight together: a round is evaluated with those that it would see in a run (lastRoundSeen). */
  readonly parallelism: number;
  /** f = executions / (workflows x queries), warm-up and pick included; undefined for no bound and no pick. */
  readonly budget?: ReplayBudget;
  /**
   * Start with what earlier searches on the same queries have shown: when replayed by this very plan, or when executed in
   * full, as AFlow does. Absent: start with nothing.
   */
  readonly memory?: ReplayMemory;
}

export type ReplayMemory = 'alike' | 'full';

export interface ReplayBudget {
  /** In (0, 1]. */
  readonly share: number;
  /**
   * Share of what the warm-up leaves that is spent as workflows arrive; the pick gets the rest. `rung`: the first rung of
   * halving, so that arrival and pick are one halving.
   */
  readonly arrival: number | 'rung';
}

export interface PlannedSpending {
  readonly executions: number;
  readonly warmUpRounds: number;
  readonly fewShotRatio: number;
}

/**
 * What a budget allows. A warm-up that leaves less than one query for each later workflow is shortened: with 5 workflows and
 * f = .2, one full execution would be all. Without a budget the settings are left alone.
 */
export function planSpending(
  { settings, budget, pickSettings }: ReplayPlan,
  workflows: number,
  queryCount: number,
): PlannedSpending {
  const { warmUpRounds, fewShotRatio } = settings;
  if (budget === undefined) return { executions: Number.POSITIVE_INFINITY, warmUpRounds, fewShotRatio };
  const executions = Math.floor(budget.share * workflows * queryCount);
  let affordable = Math.min(warmUpRounds, workflows);
  while (affordable > 0 && affordable * queryCount + (workflows - affordable) > executions) affordable -= 1;
  const arriving = workflows - affordable;
  const rungs = Math.ceil(Math.log(workflows) / Math.log(pickSettings.eta) - 1e-9);
  const part = budget.arrival === 'rung' ? 1 / Math.max(1, rungs) : budget.arrival;
  const each = Math.floor((part * (executions - affordable * queryCount)) / Math.max(1, arriving));
  // sampleSize rounds, and gives at least one query.
  return { executions, warmUpRounds: affordable, fewShotRatio: Math.min(1, Math.max(1, each) / queryCount) };
}
