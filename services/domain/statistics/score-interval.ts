import { type Interval, mean, wilsonInterval } from './intervals.ts';
import { normalQuantile } from './normal.ts';
import { studentQuantile } from './student.ts';

/** Right or wrong, or shares of right such as F1. */
export type ScoreKind = 'binary' | 'fractional';

export interface ScoreInterval extends Interval {
  /** Mean over queries, each the mean of its repeats. */
  readonly score: number;
  /** Of the mean; absent for a single query. */
  readonly standardError?: number;
  readonly confidence: number;
  readonly kind: ScoreKind;
  readonly method: 'wilson' | 'wilson-clustered' | 'student';
}

export function scoreKindOf(scores: Iterable<number>): ScoreKind {
  for (const score of scores) if (score !== 0 && score !== 1) return 'fractional';
  return 'binary';
}

/**
 * A score with its interval: where the score on all queries of this kind lies, if these are a fair sample of them. The queries
 * are the sample. Repeats of a query say more about that query but nothing about others, so they enter through its mean.
 *
 * - binary: Wilson's interval. With repeats, for the number of trials that would have given the variance of the queries' means
 *   (the effective sample size of a cluster sample): between the number of queries, if the repeats of a query always agree, and
 *   the number of executions, if they differ as freely as queries do.
 * - fractional: Student's t on the queries' means, clipped to [0, 1]. If all means are equal it would have no width,
 *   which a sample cannot justify: then Wilson's, which is too wide rather than too narrow.
 * @param queries the scores of each query's repeats, at least one query with at least one score
 */
export function scoreInterval(queries: readonly (readonly number[])[], confidence = 0.95): ScoreInterval {
  const means = queries.map(mean);
  const score = mean(means);
  const kind = scoreKindOf(queries.flat());
  const squares = means.reduce((sum, value) => sum + (value - score) ** 2, 0);
  const count = means.length;
  const standardError = count < 2 ? {} : { standardError: Math.sqrt(squares / (count - 1) / count) };
  const known = { score, ...standardError, confidence, kind };
  const executions = queries.reduce((sum, repeats) => sum + repeats.length, 0);
  if (kind === 'binary' || count < 2 || squares === 0) {
    const trials = executions === count ? count : effectiveTrials(score, squares, count, executions);
    const method = executions === count ? 'wilson' : 'wilson-clustered';
    return { ...known, method, ...wilsonInterval(score * trials, trials, normalQuantile((1 + confidence) / 2)) };
  }
  const half = studentQuantile((1 + confidence) / 2, count - 1) * Math.sqrt(squares / (count - 1) / count);
  return { ...known, method: 'student', low: Math.max(0, score - half), high: Math.min(1, score + half) };
}

function effectiveTrials(score: number, squares: number, queries: number, executions: number): number {
  const free = score * (1 - score);
  if (free === 0) return queries;
  const trials = squares === 0 ? executions : (free * queries * queries) / squares;
  return Math.min(executions, Math.max(queries, trials));
}
