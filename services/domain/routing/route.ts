import { neighbourCount } from './estimators/near-mean.ts';
import { failureEstimators } from './estimators/registry.ts';
import type { EstimatorState } from './failure-estimator.ts';
import { nearestTexts, type TextIndex } from './text-index.ts';

/** Which workflow answers a query: the first of the steps whose answer is not expected to be wrong, or the last. Plain values. */
export interface Route {
  /** From cheap to dear; one step is a workflow alone. */
  readonly steps: readonly RouteStep[];
  /** The texts of the queries that it was fitted on. */
  readonly texts: TextIndex;
}

export interface RouteStep {
  /** Its place among the workflows that the route was fitted on. */
  readonly workflow: number;
  /** Absent at the last step, whose answer is taken. */
  readonly check?: RouteCheck;
}

export interface RouteCheck {
  /** In the registry of estimators. */
  readonly estimator: string;
  /** An estimate above it goes on to the next step. */
  readonly threshold: number;
  /** The workflow that gives a second answer, if the estimator asks for one. */
  readonly second?: number;
  readonly state: EstimatorState;
}

/** What has to be done before the route can go on. */
export type RouteAsk =
  | { readonly kind: 'answer' | 'second'; readonly step: number; readonly workflow: number }
  | { readonly kind: 'verdict'; readonly step: number; readonly workflow: number; readonly answer: string };

/** Of an answer that failed, "" and `failed`. A verdict has a doubt instead. */
export interface RouteReply {
  readonly answer: string;
  readonly failed: boolean;
  readonly doubt?: number;
}

export interface RouteTaken {
  /** The step whose answer it is. */
  readonly step: number;
  readonly workflow: number;
  readonly answer: string;
  readonly failed: boolean;
  /** The steps before it, and why each was left. */
  readonly left: readonly StepLeft[];
}

export interface StepLeft {
  readonly step: number;
  readonly workflow: number;
  /** `skipped`: it was not executed at all. `failed`: it gave no answer. */
  readonly why: 'skipped' | 'escalated' | 'failed';
  readonly estimator: string;
  /** Absent where the workflow failed before it could be estimated. */
  readonly estimate?: number;
  readonly threshold: number;
}

/** Goes the way of one query: the same code for a fit on recorded executions and for a query that is answered now. */
export function* followRoute({ steps, texts }: Route, text: string): Generator<RouteAsk, RouteTaken, RouteReply> {
  const near = nearestTexts(texts, text, neighbourCount);
  const left: StepLeft[] = [];
  for (const [step, { workflow, check }] of steps.entries()) {
    if (check === undefined) {
      const { answer, failed } = yield { kind: 'answer', step, workflow };
      return { step, workflow, answer, failed, left };
    }
    const { estimator: name, threshold, second, state } = check;
    const estimator = failureEstimators.named(name);
    const leave = (why: StepLeft['why'], estimate?: number): void =>
      void left.push({ step, workflow, why, estimator: name, threshold, ...(estimate !== undefined && { estimate }) });
    if (estimator.when === 'before') {
      const estimate = estimator.estimate(state, { near, answer: '' });
      if (isDoubtful(estimate, threshold)) {
        leave('skipped', estimate);
        continue;
      }
    }
    const { answer, failed } = yield { kind: 'answer', step, workflow };
    if (failed) {
      leave('failed');
      continue;
    }
    if (estimator.when === 'before') return { step, workflow, answer, failed, left };
    const asked: { second?: string; verdict?: number } = {};
    if (estimator.asks === 'second') asked.second = (yield { kind: 'second', step, workflow: second ?? workflow }).answer;
    if (estimator.asks === 'verdict') asked.verdict = (yield { kind: 'verdict', step, workflow, answer }).doubt ?? 0;
    const estimate = estimator.estimate(state, { near, answer, ...asked });
    if (!isDoubtful(estimate, threshold)) return { step, workflow, answer, failed, left };
    leave('escalated', estimate);
  }
  throw new RangeError('the last step of a route has no check');
}

/** A tie is taken: at the threshold, the cheaper answer stands. */
export function isDoubtful(estimate: number, threshold: number): boolean {
  return estimate > threshold;
}
