import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../../services/domain/ports.ts';
import { costOf } from '../../../../services/domain/prices/cost-of.ts';
import { findPrice, pricesOf, withMissingPrices } from '../../../../services/domain/prices/find-price.ts';
import { moneyOf } from '../../../../services/domain/prices/money-of.ts';
import type { ModelPrice, PriceTable } from '../../../../services/domain/prices/price-table.ts';
import { addUsage } from '../../../../services/domain/run/ledger/totals.ts';

const price = (model: string, change: Partial<ModelPrice> = {}): ModelPrice => ({
  ...{ model, input: 2.5, cachedInput: 1.25, output: 10, reasoning: 12, batch: 0.5 },
  ...change,
});
const table = (...prices: ModelPrice[]): PriceTable => ({ currency: 'USD', prices });
const usage = (promptTokens: number, completionTokens: number, cachedTokens = 0, reasoningTokens = 0): Usage => ({
  ...{ promptTokens, completionTokens, cachedTokens, reasoningTokens },
});

describe('what tokens cost', () => {
  it('counts cached and reasoning tokens as the parts that they are, each at its own price', () => {
    // By hand: 600 x 2.5 + 400 x 1.25 + 70 x 10 + 30 x 12 = 3060 millionths.
    expect(costOf(table(price('m')), 'm', usage(1000, 100, 400, 30))).toBe(0.00306);
    expect(costOf(table(price('m')), 'm', usage(1000, 100, 400, 30), true)).toBe(0.00153);
  });

  it('is unknown for a model without a price, and 0 only for one that costs nothing', () => {
    expect(costOf(table(price('m')), 'other', usage(1000, 100))).toBeUndefined();
    expect(costOf(undefined, 'm', usage(1000, 100))).toBeUndefined();
    expect(costOf(table(price('m', { input: 0, output: 0 })), 'm', usage(1000, 100))).toBe(0);
  });

  it('has no error of binary fractions: a million calls at 0.1 cent a thousand tokens', () => {
    const cheap = table(price('m', { input: 0.1, output: 0.7 }));
    expect(costOf(cheap, 'm', usage(3_000_000, 1_000_000))).toBe(1);
    const each = costOf(cheap, 'm', usage(3, 1));
    expect(each).toBe(0.000001);
    expect(costOf(cheap, 'm', usage(3e12, 1e12))).toBe(1_000_000);
  });

  it('is for a sum of tokens the sum of the costs, to far below a millionth', () => {
    const tokens = fc
      .tuple(fc.nat(1e9), fc.nat(1e9), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([prompt, completion, cached, reasoning]) =>
        usage(prompt, completion, Math.floor(prompt * cached), Math.floor(completion * reasoning)),
      );
    const micros = fc.nat(1_000_000_000).map((value) => value / 1e6);
    fc.assert(
      fc.property(
        fc.array(tokens, { minLength: 1, maxLength: 20 }),
        micros,
        micros,
        micros,
        (uses, input, cachedInput, output) => {
          const prices = table(price('m', { input, cachedInput, output, reasoning: output }));
          const whole = costOf(prices, 'm', uses.reduce(addUsage)) ?? Number.NaN;
          const parts = uses.reduce((sum, use) => sum + (costOf(prices, 'm', use) ?? Number.NaN), 0);
          expect(Math.abs(whole - parts)).toBeLessThanOrEqual(1e-7 + whole * 1e-14);
        },
      ),
    );
  });
});

describe('which price a model has', () => {
  const prices = table(price('Qwen/*', { input: 1 }), price('Qwen/Qwen3-*B', { input: 2 }), price('Qwen/Qwen3-8B', { input: 3 }));
  it.each([
    ['Qwen/Qwen3-8B', 3],
    ['Qwen/Qwen3-32B', 1],
    ['qwen/qwen3-32b', undefined],
    ['Qwen', undefined],
  ])('%s', (model, input) => {
    expect(findPrice(prices, model)?.input).toBe(input);
  });

  it.each([
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'acb', false],
    ['*', '', true],
    ['*mini*', 'gpt-4o-mini-2024', true],
    ['a.c', 'abc', false],
  ])('%s stands for %s: %s', (pattern, model, expected) => {
    expect(findPrice(table(price(pattern)), model) !== undefined).toBe(expected);
  });

  it('keeps those of a batch for models whose calls go through one', () => {
    const both = table(
      price('m', { input: 0.4, cachedInput: 0.1, output: 1.6, reasoning: 3.2, batch: 0.5 }),
      price('n', { input: 0.4, batch: 0.5 }),
    );
    const [m, n] = pricesOf(both, ['m', 'n'], new Set(['m'])).prices;
    expect(m).toEqual({ model: 'm', input: 0.2, cachedInput: 0.05, output: 0.8, reasoning: 1.6, batch: 1 });
    expect(n).toMatchObject({ input: 0.4, batch: 0.5 });
  });

  it('keeps those of a run under its own models, and replaces none of them later', () => {
    const kept = pricesOf(prices, ['Qwen/Qwen3-32B', 'unknown', 'Qwen/Qwen3-32B']);
    expect(kept.prices.map(({ model, input }) => [model, input])).toEqual([['Qwen/Qwen3-32B', 1]]);
    const later = table(price('Qwen/Qwen3-32B', { input: 9 }), price('unknown', { input: 8 }));
    expect(withMissingPrices(kept, later)?.prices.map(({ model, input }) => [model, input])).toEqual([
      ['Qwen/Qwen3-32B', 1],
      ['unknown', 8],
    ]);
    expect(withMissingPrices(kept, { ...later, currency: 'EUR' })).toEqual(kept);
    expect(withMissingPrices(undefined, later)).toEqual(later);
  });
});

describe('the cost of several models', () => {
  const prices = table(price('m', { input: 1, output: 2 }));
  it('says which models it lacks, once each', () => {
    const uses = ['m', 'b', 'a', 'b'].map((model) => ({ model, usage: usage(1_000_000, 500_000) }));
    expect(moneyOf(prices, uses)).toEqual({ amount: 2, currency: 'USD', unpriced: ['a', 'b'] });
  });

  it('is unknown where no model has a price', () => {
    expect(moneyOf(prices, [{ model: 'a', usage: usage(1, 1) }])).toBeUndefined();
    expect(moneyOf(undefined, [{ model: 'm', usage: usage(1, 1) }])).toBeUndefined();
  });
});
