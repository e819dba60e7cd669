import { classOfOutcome } from '../../failure-class.ts';
import { mean } from '../../statistics/intervals.ts';
import type { TokenUse } from '../ledger/token-use.ts';
import { useByModel } from '../ledger/use-by-model.ts';
import { oncePerList } from './once-per-list.ts';
import type { KeptOutcome } from './outcome-columns.ts';
import { scoresByQuery } from './outcomes.ts';

/** What reports, which are made again and again while a run goes on, ask of all executions of a round. */
export interface ExecutionFacts {
  /** Queries, each once. */
  readonly queries: number;
  /** Queries that have a score, and the mean of their scores (executedScore), which is absent if there is none. */
  readonly scored: number;
  readonly meanScore?: number;
  /** Those that ended in a typed failure, in the order of the log. */
  readonly failed: readonly KeptOutcome[];
  readonly wrongAnswers: number;
  /** Sums by model. */
  readonly uses: readonly TokenUse[];
}

/** Once for each list. */
export const executionFacts = oncePerList((outcomes): ExecutionFacts => {
  const queries = new Set<number>();
  const failed: KeptOutcome[] = [];
  const uses: TokenUse[] = [];
  let wrongAnswers = 0;
  for (const outcome of outcomes) {
    queries.add(outcome.queryIndex);
    uses.push(...outcome.tokens);
    if (outcome.failure !== undefined) failed.push(outcome);
    if (classOfOutcome(outcome) === 'wrong-answer') wrongAnswers += 1;
  }
  const scores = [...scoresByQuery(outcomes).values()];
  return {
    ...{ queries: queries.size, scored: scores.length, failed, wrongAnswers, uses: useByModel(uses) },
    ...(scores.length > 0 && { meanScore: mean(scores) }),
  };
});
