import { type Estimates, estimateKey } from './estimates.ts';
import { failureEstimators } from './estimators/registry.ts';
import type { FailureEstimator, Training } from './failure-estimator.ts';
import { isDoubtful, type Route } from './route.ts';
import { type RoutedWorkflow, type RoutingMatrix, secondTrial, trialAt } from './routing-matrix.ts';

/** A route before anything is learned for it: what a fit chooses among. One threshold holds for all of its steps. */
export interface RouteShape {
  /** Places of workflows, from cheap to dear. */
  readonly chain: readonly number[];
  /** Absent for a workflow alone. */
  readonly check?: { readonly estimator: string; readonly threshold: number; readonly second?: number };
}

/** What a route comes to on one query. */
export interface ShapeOutcome {
  readonly score: number;
  /** Of everything that was executed on the way. */
  readonly cost: number;
  /** Which of the chain answered. */
  readonly step: number;
}

/** The way of one query, as `followRoute` goes it, on estimates that are known already. @param turn which of the executions */
export function shapeOutcome(
  { chain, check }: RouteShape,
  matrix: RoutingMatrix,
  estimates: Estimates,
  query: number,
  turn: number,
): ShapeOutcome {
  let cost = 0;
  const estimator = check && failureEstimators.named(check.estimator);
  for (const [step, workflow] of chain.entries()) {
    const trial = trialAt(matrix.workflows[workflow] as RoutedWorkflow, query, turn);
    const isLast = step === chain.length - 1;
    if (check === undefined || estimator === undefined || isLast) return { score: trial.score, cost: cost + trial.cost, step };
    const key = estimateKey(check.estimator, workflow, check.second);
    const doubtful = isDoubtful(estimates.get(key)?.[query]?.[turn] ?? 1, check.threshold);
    if (estimator.when === 'before' && doubtful) continue;
    cost += trial.cost;
    if (!trial.failed) cost += askingCost(estimator, matrix, { workflow, query, turn, second: check.second });
    if (!trial.failed && !doubtful) return { score: trial.score, cost, step };
  }
  throw new RangeError('a chain has at least one workflow');
}

interface Asked {
  readonly workflow: number;
  readonly second: number | undefined;
  readonly query: number;
  readonly turn: number;
}

/** What an estimate costs on top of the answer. */
function askingCost({ asks }: FailureEstimator, matrix: RoutingMatrix, { workflow, second, query, turn }: Asked): number {
  if (asks === 'second') return secondTrial(matrix, workflow, second ?? workflow, query, turn).cost;
  return asks === 'verdict' ? (trialAt(matrix.workflows[workflow] as RoutedWorkflow, query, turn).verdict?.cost ?? 0) : 0;
}

/** The route of this shape, with what its estimates learn from a training set. */
export function routeOf({ chain, check }: RouteShape, training: Training): Route {
  const steps = chain.map((workflow, step) => {
    if (check === undefined || step === chain.length - 1) return { workflow };
    const state = failureEstimators.named(check.estimator).fit(training, workflow);
    if (state === undefined) throw new RangeError(`${check.estimator} cannot be fitted on what was recorded`);
    const { estimator, threshold, second } = check;
    return { workflow, check: { estimator, threshold, ...(second !== undefined && { second }), state } };
  });
  return { steps, texts: training.texts };
}
