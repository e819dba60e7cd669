import { isSearch } from '../run-kind.ts';
import type { Round, RunState } from '../state.ts';
import { tokensOf, totalUse } from './totals.ts';

/** An estimate, never a measurement: what executing every workflow in full would have cost is known only from samples. */
export interface EstimatedSaving {
  /** Tokens spent on the completed rounds, all phases but test. */
  readonly spent: number;
  /** Tokens that the same rounds would have taken with full evaluation. */
  readonly fullEvaluation: number;
  /** fullEvaluation - spent; negative where predictions cost more than they saved. */
  readonly saved: number;
  /** saved / fullEvaluation, 0 where nothing was spent. */
  readonly share: number;
}

/**
 * full evaluation = sum over completed rounds of tokens of its proposals (both ways need them) + validation queries x repeats x
 * (tokens / executions) of the round itself. For a round without executions (`predicted`), the mean over all executions of the
 * run is used instead. The same rounds with full scores would have led the search elsewhere, and a few queries drawn by
 * difficulty need not be of average length: hence "estimated" wherever this is shown. An evaluation on its own searches nothing,
 * so there is nothing to save.
 */
export function estimateSaving(state: RunState): EstimatedSaving {
  if (!isSearch(state.configuration)) return { spent: 0, fullEvaluation: 0, saved: 0, share: 0 };
  const completed = state.rounds.filter((round) => round.completed);
  const perExecution = meanTokens(completed);
  const spent = tokensSpent(state, completed);
  const fullEvaluation = completed.reduce(
    (sum, round) => sum + proposalTokens(round) + fullExecutionTokens(state, round, perExecution),
    0,
  );
  const saved = fullEvaluation - spent;
  return { spent, fullEvaluation, saved, share: fullEvaluation > 0 ? saved / fullEvaluation : 0 };
}

function tokensSpent({ ledger }: RunState, completed: readonly Round[]): number {
  const rounds = new Set(completed.map(({ round }) => round));
  return totalUse(ledger.filter((entry) => rounds.has(entry.round) && entry.phase !== 'test')).tokens;
}

function proposalTokens({ proposals }: Round): number {
  return totalUse(proposals.flatMap(({ tokens }) => (tokens === undefined ? [] : [tokens]))).tokens;
}

function fullExecutionTokens({ configuration }: RunState, round: Round, perExecution: number): number {
  // A round that the token budget or a limit cut short cost something, and would have cost all of it.
  const isForBudget = round.failure?.kind === 'token-budget' || round.failure?.kind === 'limit';
  const isCut = isForBudget && round.outcomes.length > 0;
  if (round.evaluation === undefined && !isCut) return 0;
  const executions = configuration.benchmark.queryCount * configuration.evaluation.repeats;
  return executions * (round.outcomes.length > 0 ? meanTokens([round]) : perExecution);
}

function meanTokens(rounds: readonly Round[]): number {
  const executions = rounds.reduce((sum, { outcomes }) => sum + outcomes.length, 0);
  return executions > 0 ? rounds.reduce((sum, round) => sum + executedTokens(round), 0) / executions : 0;
}

const known = new WeakMap<Round['outcomes'], number>();

/** Cached by the list, which never changes: a display of a run asks for all rounds each second. */
function executedTokens({ outcomes }: Round): number {
  const before = known.get(outcomes);
  if (before !== undefined) return before;
  const tokens = outcomes.flatMap((outcome) => outcome.tokens).reduce((sum, use) => sum + tokensOf(use.usage), 0);
  known.set(outcomes, tokens);
  return tokens;
}
