import { expect, test } from 'vitest';
import { tablesOf } from '../../../../services/domain/replay/strategy-tables.ts';

test('a method is replayed in each of its forms, and without a warm-up where it lives on memory', () => {
  const methods = ['few-shot', 'scale', 'rasch'];
  const [table] = tablesOf({ methods, picks: [], budgets: [], ratios: [0.1], warmUpRounds: 3, parallelism: [1] });
  const usual = { pick: 'argmax', warmUpRounds: 3, fewShotRatio: 0.1 };
  const cold = { ...usual, method: 'rasch', warmUpRounds: 0 };
  expect(table?.strategies).toStrictEqual([
    { ...usual, method: 'few-shot', name: 'few-shot' },
    { ...usual, method: 'scale', name: 'scale (product)' },
    { ...usual, method: 'scale', name: 'scale (quotient)', settings: { alphaForm: 'quotient' } },
    { ...usual, method: 'scale', name: 'scale (quotient, alpha .5)', settings: { alphaForm: 'quotient', alphaMax: 0.5 } },
    { ...usual, method: 'rasch', name: 'rasch' },
    { ...cold, name: 'rasch, no warm-up' },
    { ...cold, name: 'rasch, no warm-up, memory of such searches', memory: 'alike' },
    { ...cold, name: 'rasch, no warm-up, memory of full searches', memory: 'full' },
  ]);
});

test('each pick is replayed with each number of rounds in flight, and full validation once', () => {
  const [table] = tablesOf({
    methods: ['rasch'],
    picks: ['race'],
    budgets: [0.2],
    ratios: [],
    warmUpRounds: 3,
    parallelism: [1, 4],
  });
  expect(table?.strategies.map(({ name, parallelism }) => [name, parallelism])).toEqual([
    ['rasch, race', undefined],
    ['rasch, race, P = 4', 4],
    ['full validation', undefined],
  ]);
});
