import { defined } from '../defined.ts';
import { moneyOf } from '../prices/money-of.ts';
import type { PriceTable } from '../prices/price-table.ts';
import { earlierRounds } from '../run/earlier-rounds.ts';
import { totalUse } from '../run/ledger/totals.ts';
import { executionFacts } from '../run/outcomes/execution-facts.ts';
import { executedScore } from '../run/outcomes/outcomes.ts';
import { paretoFront } from '../run/pareto-front.ts';
import type { Round, RunState } from '../run/state.ts';
import { shownScore } from '../search/static-score.ts';
import { latenciesOf } from '../statistics/latencies.ts';
import { toDocument } from '../workflow/to-document.ts';
import { failedIn, groupFailures } from './group-failures.ts';
import type { AnswerLatency, RoundReport } from './report-model.ts';
import { answerCost } from './report-verdict.ts';

/** What is known of the rounds beside the log. */
export interface BesideRounds {
  /** What the run's models cost. */
  readonly prices?: PriceTable | undefined;
  /** How long executions took, in milliseconds, by round. */
  readonly latencies?: ReadonlyMap<number, readonly number[]> | undefined;
}

export function reportRounds(
  state: RunState,
  otherScorers: readonly string[],
  { prices, latencies }: BesideRounds = {},
): readonly RoundReport[] {
  const front = roundsOnFront(state);
  return state.rounds.map((round) => ({
    ...reportRound(state, round, otherScorers, prices),
    ...defined({ latencyMs: answerLatency(latencies?.get(round.round) ?? []) }),
    ...(front.has(round.round) && { isOnFront: true }),
  }));
}

/** By the scores of the search and the tokens of an answer. */
function roundsOnFront({ rounds }: RunState): ReadonlySet<number> {
  const scored = earlierRounds(rounds);
  const isOnFront = paretoFront(scored.map(({ evaluation: { score }, tokens }) => ({ score, tokens })));
  return new Set(scored.filter((_, place) => isOnFront[place]).map(({ round }) => round));
}

function reportRound(
  state: RunState,
  round: Round,
  otherScorers: readonly string[],
  prices: PriceTable | undefined,
): RoundReport {
  const { evaluation } = round;
  const shown = shownScore(round, state.configuration.search);
  const uses = state.ledger.filter((entry) => entry.round === round.round);
  return {
    round: round.round,
    parentRound: round.parentRound,
    modification: round.modification,
    workflowHash: round.workflowHash,
    completed: round.completed,
    executions: round.outcomes.length,
    queries: queriesOf(round),
    refusedProposals: [...round.proposals, ...(round.queryProposals ?? [])].filter(({ failure }) => failure !== undefined).length,
    failures: groupFailures(failedIn(round)),
    wrongAnswers: executionFacts(round.outcomes).wrongAnswers,
    tokens: totalUse(uses).tokens,
    ...(shown === undefined ? {} : { score: shown.score, method: shown.method }),
    ...defined({
      mergedRound: round.mergedRound,
      standardError: evaluation?.standardError,
      otherScores: otherScoresOf(round, otherScorers),
      predicted: evaluation?.predicted,
      fewShot: evaluation?.fewShot,
      alpha: evaluation?.alpha,
      workflow: round.workflow && toDocument(round.workflow),
      answer: answerCost(round, prices),
      failure: round.failure?.message,
      money: moneyOf(prices, uses),
    }),
  };
}

/** Undefined without any. @param times in milliseconds */
export function answerLatency(times: readonly number[]): AnswerLatency | undefined {
  const known = latenciesOf(times);
  return known && { median: known.median, p90: known.p90, executions: times.length };
}

/** Those executed, and those that have a score. */
export function queriesOf({ outcomes }: Pick<Round, 'outcomes'>): RoundReport['queries'] {
  const { queries, scored } = executionFacts(outcomes);
  return { executed: queries, scored };
}

/** As the deciding score is made (executedScore). */
function otherScoresOf({ outcomes }: Round, scorers: readonly string[]): Record<string, number> | undefined {
  if (scorers.length === 0 || executionFacts(outcomes).scored === 0) return undefined;
  const scoreBy = (scorer: string) =>
    executedScore(outcomes.map((outcome) => ({ ...outcome, score: outcome.otherScores?.[scorer] ?? 0 }))).score;
  return Object.fromEntries(scorers.map((scorer) => [scorer, scoreBy(scorer)]));
}
