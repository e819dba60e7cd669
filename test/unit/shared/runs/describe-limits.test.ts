import { expect, test } from 'vitest';
import { noLimits } from '../../../../services/shared/config/run-limits.ts';
import { BudgetTable } from '../../../../services/shared/contracts/generated/scale/v1/budgets.ts';
import { describeLimits } from '../../../../services/shared/runs/describe-limits.ts';

const table = BudgetTable.fromPartial({
  ...{ scope: 'sweep-night', terms: { most: { money: 1.5, calls: 70 } } },
  noted: { money: 0.0484, calls: 35 },
});

test('money has its currency where it is known, and else says what it is', () => {
  expect(describeLimits(undefined, [table], 'EUR')).toEqual([
    '35 of 70 calls spent, 50 %, by its sweep',
    'EUR 0.0484 of EUR 1.50 spent, 3 %, by its sweep',
  ]);
  expect(describeLimits(undefined, [table])[1]).toBe('0.0484 of 1.5 in money spent, 3 %, by its sweep');
});

test('until when it may search is a line of its own', () => {
  const untilMs = new Date(2026, 10, 30, 7, 5).getTime();
  expect(describeLimits({ ...noLimits, untilMs }, [])).toEqual(['until 2026-11-30 07:05']);
});
