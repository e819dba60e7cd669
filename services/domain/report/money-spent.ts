import { type ModelUse, type Money, moneyOf } from '../prices/money-of.ts';
import type { PriceTable } from '../prices/price-table.ts';
import { type Spent, type SpentPartName, spentParts } from '../run/ledger/spent.ts';
import { tokensOf } from '../run/ledger/totals.ts';

/**
 * What was paid for, in money: what was charged, less what the response cache saved, and everything that the log does not hold.
 * The same rule as that for tokens (spentBeside).
 * @param charged the ledger
 * @returns undefined where no model has a price, or where the notes do not say which models they are of
 */
export function moneySpent(prices: PriceTable | undefined, charged: readonly ModelUse[], spent: Spent): Money | undefined {
  if (prices === undefined || !knowsModels(spent)) return undefined;
  const of = (part: SpentPartName): readonly ModelUse[] => spent.uses.filter((use) => use.part === part);
  const amount = (uses: readonly ModelUse[]): number => moneyOf(prices, uses)?.amount ?? 0;
  const [paid, saved] = [amount(charged), amount(of('cached'))];
  const unlogged = Math.max(0, amount(of('answered')) + saved - paid);
  const beside = [...of('answeredAgain'), ...of('useless'), ...of('lost'), ...of('preflight')];
  const about = moneyOf(prices, [...charged, ...spent.uses]);
  return about && { ...about, amount: paid - saved + unlogged + amount(beside) };
}

/** Notes of versions that kept only tokens have no part by model. */
export function knowsModels(spent: Spent): boolean {
  return spentParts.every((part) => {
    const uses = spent.uses.filter((use) => use.part === part);
    return uses.reduce((sum, { usage }) => sum + tokensOf(usage), 0) === (spent[part]?.tokens ?? 0);
  });
}
