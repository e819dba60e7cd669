import { expect, test } from 'vitest';
import { namedAmounts } from '../../../../../services/shared/config/service-tables/named-amounts.ts';

const names = ['days', 'runs'] as const;

test.each<[string, object | undefined]>([
  ['days=30,runs=500', { days: 30, runs: 500 }],
  [' runs = 1_000 ', { runs: 1000 }],
  ['days=0.5', { days: 0.5 }],
  ['days=30,days=3', undefined],
  ['days=0', undefined],
  ['days=_', undefined],
  ['days=1e3', undefined],
  ['weeks=3', undefined],
  ['days=30,', undefined],
  ['', undefined],
])('"%s" is %j', (text, amounts) => {
  expect(namedAmounts(text, names)).toEqual(amounts);
});
