import { expect, test } from 'vitest';
import { pricesToFitBy } from '../../../../services/cli/route/prices-to-fit-by.ts';
import type { PriceTable } from '../../../../services/domain/prices/price-table.ts';
import { madeUpConfiguration } from '../../domain/search/made-up-world.ts';

const run = madeUpConfiguration();
const { model } = run.executor;
const table = (name: string, each: number): PriceTable => ({
  currency: 'USD',
  prices: [{ model: name, input: each, cachedInput: each, output: each, reasoning: each, batch: 1 }],
});

test('money is counted at the prices of the models that have answered', () => {
  expect(pricesToFitBy(table(model, 1), [run], 'r')).toEqual(table(model, 1));
});

test.each([
  ['no table', undefined, [run], 'nobody has said what the models of r cost'],
  ['a table without the model', table('another', 1), [run], `nobody has said what the model ${model} costs`],
  [
    'a table without the model of a run that is added',
    table(model, 1),
    [run, { ...run, executor: { ...run.executor, model: 'dear' } }],
    'nobody has said what the model dear costs',
  ],
  ['prices of zero', table(model, 0), [run], 'cost nothing'],
])('%s is refused: what has no price is not free', (_, prices, runs, message) => {
  expect(() => pricesToFitBy(prices, runs, 'r')).toThrow(message);
});
