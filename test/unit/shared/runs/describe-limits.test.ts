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
  // As what it may have, not as what has passed.
  expect(describeLimits({ ...noLimits, durationMs: 3_600_000 }, [])).toEqual(['at most 1 hour from its start, pauses included']);
});

test('what was reserved for lost calls is told apart, since no report has it as paid for', () => {
  const lost = BudgetTable.fromPartial({ ...table, lost: { calls: 3, tokens: 900 } });
  expect(describeLimits(undefined, [lost], 'EUR')).toEqual([
    '35 of 70 calls spent, 50 %, by its sweep; 3 of it reserved for calls that were lost',
    'EUR 0.0484 of EUR 1.50 spent, 3 %, by its sweep',
  ]);
});

test('a limit that no table has yet is told', () => {
  const own = BudgetTable.fromPartial({ scope: 'run-gsm8k', terms: { most: { tokens: 5000 } }, noted: { tokens: 500 } });
  expect(describeLimits({ ...noLimits, tokens: 5000 }, [own])).toEqual(['500 of 5,000 tokens spent, 10 %']);
  expect(describeLimits({ ...noLimits, tokens: 8000, money: 2 }, [own], 'EUR')).toEqual([
    '500 of 5,000 tokens spent, 10 %',
    'at most 8,000 tokens',
    'at most EUR 2.00',
  ]);
});
