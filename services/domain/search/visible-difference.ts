import { evaluationMethods } from '../evaluation/registry.ts';
import type { RunConfiguration } from '../run/configuration.ts';
import { sampleSize } from '../sampling/stratified-draw.ts';

/** How small a difference between two workflows a search can see, before it has executed anything. */
export interface VisibleDifference {
  /** Queries that a workflow's score rests on as it arrives. */
  readonly sampled: number;
  /** Queries that the last two of the final pick are compared on, about; the same if it executes nothing. */
  readonly compared: number;
  /** In [0, 1]: of the true scores, found with a probability of 80 % by a test at the level of 5 % on as many queries. */
  readonly onArrival: number;
  readonly inTheEnd: number;
}

export function visibleDifference({ benchmark, evaluation, search }: RunConfiguration): VisibleDifference {
  const { queryCount } = benchmark;
  const executesAll = evaluationMethods.get(evaluation.method)?.executesAll === true;
  const sampled = executesAll ? queryCount : sampleSize(evaluation, queryCount);
  const compared = Math.max(sampled, comparedInTheEnd(search, sampled, queryCount));
  return { sampled, compared, onArrival: smallest(sampled), inTheEnd: smallest(compared) };
}

/** As halving splits its executions over the rungs: the first one is what was executed on arrival. */
function comparedInTheEnd({ finalPick, maxRounds }: RunConfiguration['search'], sampled: number, queryCount: number): number {
  if (finalPick === undefined) return sampled;
  if (finalPick.policy === 'top') return queryCount;
  let left = finalPick.share * maxRounds * queryCount;
  let length = sampled;
  const rungs = Math.ceil(Math.log2(maxRounds));
  for (let rung = 1; rung < rungs; rung += 1) {
    const live = Math.ceil(maxRounds / 2 ** rung);
    const each = Math.min(queryCount - length, Math.floor(left / (rungs - rung) / live));
    length += each;
    left -= each * live;
  }
  return length;
}

/**
 * Two workflows that both work disagree on a tenth of the queries: the median of each recorded benchmark is between 6 and 19 %
 * (docs/decisions/0025). Where they differ by more than that, they disagree on no less than the difference.
 */
const disagreement = 0.1;
/** Quantiles of the normal distribution: two-sided 5 %, and a power of 80 %. */
const normalSum = 1.96 + 0.84;

function smallest(queries: number): number {
  const asUsual = normalSum * Math.sqrt(disagreement / queries);
  return Math.min(1, asUsual <= disagreement ? asUsual : normalSum ** 2 / queries);
}
