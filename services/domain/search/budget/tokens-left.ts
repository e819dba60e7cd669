import { wantedExecutions } from '../../picking/wanted-executions.ts';
import { paidBesideNet } from '../../run/apply/apply-budget-event.ts';
import { earlierRounds } from '../../run/earlier-rounds.ts';
import { meanCosts } from '../../run/ledger/mean-cost.ts';
import { totalUse } from '../../run/ledger/totals.ts';
import type { RunState } from '../../run/state.ts';

export function hasBudget({ configuration }: Pick<RunState, 'configuration'>): boolean {
  return configuration.search.tokenBudget > 0;
}

/** Tokens of the budget that are neither charged nor, as far as the log knows, paid for on top of that. May be negative. */
export function tokensLeft(state: RunState): number {
  return state.configuration.search.tokenBudget - totalUse(state.ledger).tokens - paidBesideNet(state);
}

/**
 * The most that the rounds leave to the final pick if the budget is too small for both: without rounds there is nothing to pick.
 */
const mostForPick = 1 / 3;

/** What the final pick would take of the budget if the rounds ended now; the rounds leave it that much. */
export function tokensOfPick(state: RunState): number {
  const candidates = earlierRounds(state.rounds).length;
  if (candidates < 2) return 0;
  const wanted = wantedExecutions(state, candidates) * (meanCosts(state)?.better ?? 0);
  return Math.min(wanted, mostForPick * state.configuration.search.tokenBudget);
}

/** The pick's part of the budget, as it stood when the pick began: what the pick itself spends does not change that. */
export function tokensForPick(state: RunState): number {
  const { configuration, ledger, paidBesideBeforePick = paidBesideNet(state) } = state;
  const charged = totalUse(ledger.filter(({ phase }) => phase !== 'final')).tokens;
  return configuration.search.tokenBudget - charged - paidBesideBeforePick;
}
