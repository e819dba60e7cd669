import { nextRoundTokens } from '../budget/next-round-tokens.ts';
import { tokensLeft, tokensOfPick } from '../budget/tokens-left.ts';
import type { StopRule } from './stop-rule.ts';

/** Stops before a round that most likely could not be finished, and leaves the final pick its share. Round 1 is always begun. */
export const tokenBudget: StopRule = (state) => {
  if (state.rounds.length === 0) return undefined;
  return tokensLeft(state) < nextRoundTokens(state) + tokensOfPick(state) ? 'token-budget' : undefined;
};
