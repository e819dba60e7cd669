import { expect, test } from 'vitest';
import { createSweepBudget, type SweepBudgetParts } from '../../../../services/coordinator/sweeps/sweep-budget.ts';
import type { SweepState } from '../../../../services/domain/sweep/sweep-state.ts';
import { BudgetTable } from '../../../../services/shared/contracts/generated/scale/v1/budgets.ts';
import { RunManifest, StartRunRequest } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';

test('a limit of money that was reached is told in the currency of the runs, where it is known', async () => {
  const table = BudgetTable.fromPartial({
    ...{ scope: 'sweep-night', terms: { most: { money: 1.5 } } },
    ends: [{ part: 'search', limit: 'money', most: 1.5 }],
  });
  const budgets = { budget: () => table, changeBudget: async () => undefined } as unknown as SweepBudgetParts['budgets'];
  const parts = { bus: {} as SweepBudgetParts['bus'], budgets };
  const state = { settings: { limits: { money: 1.5 } }, cells: [], createdAtMs: 0 } as unknown as SweepState;
  const budget = createSweepBudget(parts, 'night');
  expect(budget.ended()).toBe("the sweep's limit of 1.5 in money was reached");
  await budget.keep(state, [StartRunRequest.fromPartial({ prices: { currency: 'EUR' } })], new AbortController().signal);
  expect(budget.ended()).toBe("the sweep's limit of EUR 1.50 was reached");
});

test('a sweep whose table is gone, as after a restore, has spent what its ended runs had, whose notes are no longer there', async () => {
  let table = BudgetTable.fromPartial({ scope: 'sweep-night' });
  const budgets = {
    budget: () => undefined,
    changeBudget: async (_scope: string, change: (found: BudgetTable) => BudgetTable) => {
      table = change(table);
    },
  } as unknown as SweepBudgetParts['budgets'];
  const spent = { answered: { calls: 7, tokens: 900 }, lost: { calls: 1, tokens: 60 } };
  const manifests = new Map([['old', RunManifest.fromPartial({ runId: 'old', spent })]]);
  const notes = {
    async *read() {
      // They were kept for two weeks.
    },
  };
  const bus = { runs: { get: async (runId: string) => manifests.get(runId) }, spending: notes, now: async () => 0 };
  const cells = [{ runs: [{ runId: 'old' }] }];
  const state = { settings: { limits: { tokens: 1_000 } }, cells, createdAtMs: 0 } as unknown as SweepState;
  const budget = createSweepBudget({ bus: bus as unknown as SweepBudgetParts['bus'], budgets }, 'night');
  await budget.keep(state, [], new AbortController().signal);
  expect(table.gone).toMatchObject([{ part: 'search', amount: { tokens: 960, calls: 8 } }]);
});

test('the time of a sweep is over by the clock of the server, as its beginning is, whatever that of this machine says', async () => {
  let table = BudgetTable.fromPartial({ scope: 'sweep-night' });
  const budgets = {
    budget: () => table,
    changeBudget: async (_scope: string, change: (found: BudgetTable) => BudgetTable) => {
      table = change(table);
    },
  } as unknown as SweepBudgetParts['budgets'];
  const beganMs = Date.UTC(2031, 4, 4);
  let nowMs = beganMs + 59_000;
  const bus = { now: async () => nowMs } as unknown as SweepBudgetParts['bus'];
  const state = { settings: { limits: { durationMs: 60_000 } }, cells: [], createdAtMs: beganMs } as unknown as SweepState;
  const budget = createSweepBudget({ bus, budgets }, 'night');
  const { signal } = new AbortController();
  await budget.keep(state, [], signal);
  expect(budget.ended()).toBeUndefined();
  nowMs += 1_000;
  await budget.keep(state, [], signal);
  expect(budget.ended()).toBe('the time of the sweep was over');
});
