import { expect, test } from 'vitest';
import type { Spending } from '../../../../services/domain/report/report-model.ts';
import { spentBy } from '../../../../services/domain/report/spent-by.ts';

const entry = (round: number, phase: Spending['phase'], before: number, tokens: number, money?: number): Spending => ({
  ...{ round, phase, before, tokens },
  ...(money !== undefined && { money }),
});

test('what had been spent by a round is all before it and its own, and no final pick', () => {
  const spending = [
    entry(1, 'warm-up' as Spending['phase'], 0, 100, 0.5),
    entry(2, 'propose' as Spending['phase'], 100, 50),
    entry(2, 'evaluate' as Spending['phase'], 150, 50, 0.25),
    entry(2, 'final', 200, 1_000, 5),
  ];
  expect(spentBy(spending, 1)).toEqual({ tokens: 100, money: 0.5 });
  expect(spentBy(spending, 2)).toEqual({ tokens: 200, money: 0.75 });
  expect(spentBy([entry(1, 'final', 0, 10)], 1)).toEqual({ tokens: 0 });
  expect(spentBy([entry(1, 'propose' as Spending['phase'], 0, 10)], 1)).toEqual({ tokens: 10 });
});
