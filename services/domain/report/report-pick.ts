import { finalScores } from '../picking/final-scores.ts';
import { boardOf, isKnown, type OutcomeBoard, scoreAt } from '../picking/outcome-board.ts';
import { judgePick } from '../picking/pick-verdict.ts';
import { defaultPickSettings } from '../picking/registry.ts';
import { earlierRounds } from '../run/earlier-rounds.ts';
import type { RunState } from '../run/state.ts';
import { mean } from '../statistics/intervals.ts';
import type { PickReport } from './report-model.ts';

/** How sure the run's pick is, by everything that was executed; undefined until it has picked. */
export function reportPick(state: RunState): PickReport | undefined {
  const candidates = earlierRounds(state.rounds);
  const winner = candidates.findIndex(({ round }) => round === state.bestRound);
  if (winner < 0) return undefined;
  const { benchmark, search } = state.configuration;
  const board = boardOf(candidates, benchmark.queryCount);
  const score = finalScores(state);
  for (const [candidate, { round }] of candidates.entries()) {
    for (let query = 0; query < board.queryCount; query += 1) {
      const known = score(round, query);
      if (known !== undefined) board.scores[candidate * board.queryCount + query] = known;
    }
  }
  const { certainty, tied, comparisons } = judgePick(candidates, board, winner, defaultPickSettings.confidence);
  const executed = executedScores(board, winner);
  return {
    policy: search.finalPick?.policy ?? 'argmax',
    round: state.bestRound as number,
    executions: state.finalOutcomes?.length ?? 0,
    ...(executed.length === 0 ? {} : { executed: { queries: executed.length, score: mean(executed) } }),
    certainty,
    confidence: defaultPickSettings.confidence,
    tied,
    comparisons: comparisons.map(({ round, queries, paired }) => ({
      ...{ round, queries },
      ...(paired === undefined ? {} : { difference: paired.difference, pValue: paired.pValue }),
    })),
  };
}

function executedScores(board: OutcomeBoard, candidate: number): number[] {
  const queries = Array.from({ length: board.queryCount }, (_, query) => query);
  return queries.filter((query) => isKnown(board, candidate, query)).map((query) => scoreAt(board, candidate, query));
}
