import { defined } from '../defined.ts';
import type { Evaluation } from './event.ts';
import { tokensAnAnswer } from './ledger/mean-cost.ts';
import { coversAllQueries } from './outcomes/executions.ts';
import type { OutcomeRow } from './outcomes/outcome-row.ts';
import { scoresByQuery } from './outcomes/outcomes.ts';
import type { Round, RunState } from './state.ts';

/** An earlier round with a score. Its row is empty if nothing was executed. The same round is always the same object. */
export interface EarlierRound extends OutcomeRow {
  readonly round: number;
  /** 0 for round 1. */
  readonly parentRound: number;
  readonly evaluation: Evaluation;
  /** Of an answer, the mean over what was executed; absent if nothing was. */
  readonly tokens?: number;
}

/** Completed rounds whose workflow was executed on every query, oldest first. */
export function fullyExecutedRounds(state: RunState): readonly Round[] {
  return state.rounds.filter((round) => round.evaluation !== undefined && coversAllQueries(round, state.configuration));
}

/** Those of these rounds that have a score, with what was executed for it. */
export function earlierRounds(rounds: readonly Round[]): readonly EarlierRound[] {
  return rounds.flatMap(earlierRound);
}

const knownRows = new WeakMap<Round, EarlierRound>();

/** Cached by round, since states share their rounds: methods that fit a model recognise a row by object identity. */
function earlierRound(round: Round): EarlierRound[] {
  if (round.evaluation === undefined) return [];
  const known = knownRows.get(round);
  if (known !== undefined) return [known];
  const scores = scoresByQuery(round.outcomes);
  const row: EarlierRound = {
    round: round.round,
    parentRound: round.parentRound,
    evaluation: round.evaluation,
    queries: [...scores.keys()],
    scores: [...scores.values()],
    ...defined({ tokens: tokensAnAnswer(round) }),
  };
  knownRows.set(round, row);
  return [row];
}
