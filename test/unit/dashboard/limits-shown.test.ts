import { expect, test } from 'vitest';
import { limitsShown } from '../../../services/dashboard/answers/run-answer.ts';
import type { FoldedRun } from '../../../services/dashboard/runs/folded-run.ts';
import { BudgetTable } from '../../../services/shared/contracts/generated/scale/v1/budgets.ts';
import { RunManifest } from '../../../services/shared/contracts/generated/scale/v1/control.ts';

const budgets = [
  BudgetTable.fromPartial({
    ...{ scope: 'sweep-night', terms: { most: { money: 1.5, calls: 70 } } },
    noted: { money: 0.0484, calls: 35 },
  }),
];
const shown = (prices: RunManifest['prices']) =>
  limitsShown({ manifest: RunManifest.fromPartial({ ...(prices && { prices }) }), budgets } as unknown as FoldedRun);

test('a limit of money has the currency of the run, and that of calls has none', () => {
  expect(shown({ currency: 'EUR', prices: [] } as unknown as RunManifest['prices'])).toEqual([
    { of: 'calls, its sweep', text: '35 of 70 spent, 50 %' },
    { of: 'money, its sweep', text: 'EUR 0.0484 of EUR 1.50 spent, 3 %' },
  ]);
  expect(shown(undefined)).toContainEqual({ of: 'money, its sweep', text: '0.0484 of 1.5 spent, 3 %' });
});
