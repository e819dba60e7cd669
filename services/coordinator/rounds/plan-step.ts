import { isDeepStrictEqual } from 'node:util';
import { applyEvent } from '../../domain/run/apply/apply-event.ts';
import type { Command } from '../../domain/run/command.ts';
import type { SpendingNoted } from '../../domain/run/event.ts';
import { type Spent, type SpentBeside, spentBeside } from '../../domain/run/ledger/spent.ts';
import { totalUse } from '../../domain/run/ledger/totals.ts';
import type { RunState } from '../../domain/run/state.ts';
import { hasBudget } from '../../domain/search/budget/tokens-left.ts';
import { planNextStep } from '../../domain/search/plan-next-step.ts';

/**
 * The next step, by the log and, where it changes what a token budget decides, by what was paid for beyond the log: that is then
 * noted in the log first. What decides nothing is not noted, so that kills do not change a log for as long as the budget allows.
 * @param spent what the run's calls have used; undefined if unknown
 */
export async function planStep(state: RunState, spent: () => Promise<Spent | undefined>): Promise<readonly Command[]> {
  const commands = planNextStep(state);
  // Jobs whose tokens are reserved are issued in any case.
  if (!hasBudget(state) || !commands.some(({ kind }) => kind === 'append')) return commands;
  const used = await spent();
  const charged = totalUse(state.ledger).tokens;
  if (used === undefined) return commands;
  const event = spendingNoted(state, spentBeside(charged, used), charged);
  if (event === undefined) return commands;
  const noted = planNextStep(applyEvent(state, event));
  return isDeepStrictEqual(noted, commands) ? commands : [{ kind: 'append', event }];
}

/** What is known beyond the log and not yet in it; undefined if that is nothing. Neither figure falls: both are sums so far. */
function spendingNoted(
  { paidBeside: knownTokens = 0, savedTokens: knownSaved = 0 }: RunState,
  { tokens: paid, saved }: SpentBeside,
  charged: number,
): SpendingNoted | undefined {
  const tokens = Math.max(knownTokens, paid + saved - charged);
  const savedTokens = Math.max(knownSaved, saved);
  if (tokens === knownTokens && savedTokens === knownSaved) return undefined;
  return { kind: 'spending-noted', tokens, ...(savedTokens > 0 && { savedTokens }) };
}
