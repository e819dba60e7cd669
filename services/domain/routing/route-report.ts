import type { PairedInterval } from '../statistics/paired-interval.ts';
import type { ComparedQuery, Comparison } from './compared.ts';
import type { Route } from './route.ts';

/** What a fit has found, cross-validated: each query's figures come from a fit that has not seen it. */
export interface RouteReport {
  readonly queries: number;
  /** Executions of each query by the workflow that has the most. */
  readonly executions: number;
  readonly settings: RouteSettings;
  /** Of the matrix's workflows. */
  readonly best: number;
  readonly verdict: RouteVerdict;
  /** What to serve: the best route, or one workflow where routing does not pay. */
  readonly route: Route;
  readonly alone: readonly AloneReport[];
  /** The highest score for at most so much of the best workflow's cost. */
  readonly curve: readonly CurvePoint[];
  /** Absent where the best workflow was executed only once a query, so that nobody knows what repeats of it would give. */
  readonly ceiling?: Ceiling;
  /** By partition, then by query. */
  readonly byQuery: readonly (readonly ComparedQuery[])[];
  /** What the fits on parts of the queries chose, the most frequent first. */
  readonly chosen: readonly { readonly text: string; readonly fits: number }[];
  /** Estimates that could not be tried, since what they need was not recorded. */
  readonly untried: readonly string[];
}

export interface RouteSettings {
  readonly seed: number;
  /** Parts of each cross-validation, the outer and the inner one. */
  readonly folds: number;
  /** How many times the queries are dealt into parts anew. */
  readonly partitions: number;
  readonly workflows: number;
  /** In [0, 1]: what a route may lose of the score, by the interval's lower bound, and still pay. */
  readonly margin: number;
  /** In (0, 1]: what a route may cost of the best workflow alone, and still pay. */
  readonly share: number;
}

/** Of routing as it was fitted, against the best workflow alone. */
export interface RouteVerdict extends Comparison {
  /** At most the wanted share of the cost, and no more than the margin lost; or surely better, for no more than the cost. */
  readonly pays: boolean;
  /** A route, the best workflow, or another one alone. */
  readonly serves: 'route' | 'best' | 'cheaper';
}

/** A workflow for all queries. */
export interface AloneReport {
  readonly workflow: number;
  readonly score: number;
  readonly cost: number;
  /** To the best one. */
  readonly difference: PairedInterval;
}

export interface CurvePoint extends Comparison {
  /** Of the best workflow's cost. */
  readonly within: number;
}

/** What an oracle would reach that knows which answer to take. */
export interface Ceiling {
  /** Workflows, and executions of the best one. */
  readonly tries: number;
  readonly different: number;
  readonly repeats: number;
  /** Different less repeats: only that is what diversity adds. */
  readonly gain: PairedInterval;
}
