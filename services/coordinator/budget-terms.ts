import { nothing } from '../shared/budgets/amounts.ts';
import type { BudgetTerms } from '../shared/contracts/generated/scale/v1/budgets.ts';
import type { RunLimits, RunManifest } from '../shared/contracts/generated/scale/v1/control.ts';

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
