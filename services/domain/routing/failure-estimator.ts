import type { RoutingMatrix } from './routing-matrix.ts';
import type { Near, TextIndex } from './text-index.ts';

/**
 * A way to tell, without knowing the right answer, how likely a workflow's answer to a query is wrong. A new one is one new file
 * in estimators/ and one line in estimators/registry.ts; whether it is used is decided by cross-validation.
 */
export interface FailureEstimator {
  readonly name: string;
  readonly description: string;
  /** `before`: by the query alone, so that a workflow which is expected to fail is not executed. `after`: by its answer too. */
  readonly when: 'before' | 'after';
  /** What has to be paid for on top of the answer: another answer, or a verifier's word. */
  readonly asks?: 'second' | 'verdict';
  /** The only threshold that makes sense, where there is one; otherwise several are tried. */
  readonly threshold?: number;
  /**
   * Learns from the queries of a training set, and from nothing else.
   * @param workflow its place in the matrix
   * @returns what it knows, as plain values for the policy; undefined if what it needs was not recorded
   */
  fit(training: Training, workflow: number): EstimatorState | undefined;
  /** The lists in what it has learned. */
  readonly learns: readonly string[];
  /** @returns in [0, 1]; the higher, the likelier the answer is wrong */
  estimate(state: EstimatorState, seen: Seen): number;
}

export interface Training {
  readonly matrix: RoutingMatrix;
  /** Of the matrix's queries, in their order. */
  readonly texts: TextIndex;
}

export type EstimatorState = Readonly<Record<string, readonly number[]>>;

/** What is known when the estimate is asked for. Nothing in it knows the right answer. */
export interface Seen {
  /** The training queries whose texts are nearest to this one's. */
  readonly near: readonly Near[];
  /** "" before the workflow has answered. */
  readonly answer: string;
  readonly second?: string;
  /** The verifier's doubt, in [0, 1]. */
  readonly verdict?: number;
}
