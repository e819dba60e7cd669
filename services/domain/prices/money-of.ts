import type { Usage } from '../ports.ts';
import { costOf } from './cost-of.ts';
import type { PriceTable } from './price-table.ts';

/** What some calls have cost, as far as their models have prices. */
export interface Money {
  /** Of the models that have a price. */
  readonly amount: number;
  readonly currency: string;
  /** Models that were called and have no price, so that the amount lacks them; sorted, and absent where there are none. */
  readonly unpriced?: readonly string[];
}

/** Tokens of one model. */
export interface ModelUse {
  readonly model: string;
  readonly usage: Usage;
}

/** @returns undefined if no model that was called has a price, and where nothing was called */
export function moneyOf(prices: PriceTable | undefined, uses: readonly ModelUse[]): Money | undefined {
  if (prices === undefined) return undefined;
  const costs = uses.map(({ model, usage }) => ({ model, cost: costOf(prices, model, usage) }));
  const known = costs.flatMap(({ cost }) => cost ?? []);
  if (known.length === 0) return undefined;
  const unpriced = [...new Set(costs.filter(({ cost }) => cost === undefined).map(({ model }) => model))].sort();
  const amount = known.reduce((sum, cost) => sum + cost, 0);
  return { amount, currency: prices.currency, ...(unpriced.length > 0 && { unpriced }) };
}
