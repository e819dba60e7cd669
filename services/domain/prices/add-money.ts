import type { Money } from './money-of.ts';

/** Undefined for nothing, and for amounts in several currencies, which cannot be added up. */
export function addMoney(amounts: readonly Money[]): Money | undefined {
  const [first] = amounts;
  if (first === undefined || amounts.some(({ currency }) => currency !== first.currency)) return undefined;
  const unpriced = [...new Set(amounts.flatMap((one) => one.unpriced ?? []))].sort();
  const amount = amounts.reduce((sum, one) => sum + one.amount, 0);
  return { amount, currency: first.currency, ...(unpriced.length > 0 && { unpriced }) };
}
