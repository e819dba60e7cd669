import type { Usage } from '../ports.ts';
import { findPrice } from './find-price.ts';
import type { PriceTable } from './price-table.ts';

/** Prices have six decimals per million tokens, and the share of a batch four: a token costs whole units of 1e-16. */
const [priceSteps, shareSteps] = [1e6, 1e4];
const unitsPerWhole = 1e16;

/**
 * What tokens of a model cost, in the table's currency. Worked out in whole numbers and rounded once, to the nearest double, so
 * the cost of a sum is the sum of the costs to far below a millionth of a cent.
 * @param use of one call or of many
 * @param isBatch made through the provider's batch API
 * @returns undefined if nothing says what the model costs: never 0 for a price that is not known
 */
export function costOf(prices: PriceTable | undefined, model: string, use: Usage, isBatch = false): number | undefined {
  const price = prices && findPrice(prices, model);
  if (price === undefined) return undefined;
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = use;
  const parts = [
    [promptTokens - cachedTokens, price.input],
    [cachedTokens, price.cachedInput],
    [completionTokens - reasoningTokens, price.output],
    [reasoningTokens, price.reasoning],
  ] as const;
  const total = parts.reduce((sum, [tokens, each]) => sum + BigInt(tokens) * steps(each, priceSteps), 0n);
  return Number(total * steps(isBatch ? price.batch : 1, shareSteps)) / unitsPerWhole;
}

function steps(value: number, perWhole: number): bigint {
  return BigInt(Math.round(value * perWhole));
}
