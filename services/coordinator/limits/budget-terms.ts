import { costOf } from '../../domain/prices/cost-of.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import type { Spent } from '../../domain/run/ledger/spent.ts';
import { nothing } from '../../shared/budgets/amounts.ts';
import type { BudgetAmount, BudgetTerms } from '../../shared/contracts/generated/scale/v1/budgets.ts';
import type { RunLimits, RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';

/** What the final pick has of each limit, if nobody says. */
const defaultPickShare = 0.1;

/** @param hasPick if not, nothing is kept for the final pick */
export function termsOf({ tokens, calls, money, shares }: RunLimits, hasPick: boolean): BudgetTerms {
  const { proposing = 1, searching = 1, finalPick = hasPick ? defaultPickShare : 0, test = 0 } = shares ?? {};
  return { most: { ...nothing, tokens, calls, money }, proposing, searching, finalPick, test, period: '' };
}

/** Whether the run may name its winner by executing more. */
export function hasFinalPick({ configuration }: Pick<RunManifest, 'configuration'>): boolean {
  const policy = configuration?.search?.finalPick?.policy ?? '';
  return configuration?.kind === 'search' && policy !== '' && policy !== 'argmax';
}

/** What the notes of a run's calls add up to. @param prices undefined: its money is not known */
export function spentAmount(spent: Spent | undefined, prices: PriceTable | undefined): BudgetAmount {
  if (spent === undefined) return nothing;
  const { answered, answeredAgain, useless, lost, preflight, uses } = spent;
  const parts = [answered, answeredAgain, useless, lost, preflight];
  return {
    tokens: parts.reduce((sum, { tokens }) => sum + tokens, 0),
    calls: parts.reduce((sum, { calls }) => sum + calls, 0),
    money: uses.reduce((sum, { part, model, usage }) => sum + (part === 'cached' ? 0 : (costOf(prices, model, usage) ?? 0)), 0),
  };
}
