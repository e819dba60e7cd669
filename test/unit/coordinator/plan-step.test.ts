import { expect, test } from 'vitest';
import { planStep } from '../../../services/coordinator/plan-step.ts';
import { createSpentTally, type Spent } from '../../../services/domain/run/ledger/spent.ts';
import { totalUse } from '../../../services/domain/run/ledger/totals.ts';
import type { RunState } from '../../../services/domain/run/state.ts';
import { planNextStep } from '../../../services/domain/search/plan-next-step.ts';
import { continueRun, madeUpConfiguration, madeUpWorld, type Overrides, replay } from '../domain/search/made-up-world.ts';

const overrides: Overrides = { queryCount: 20, search: { tokenBudget: 8_000 }, evaluation: { method: 'full' } };
const { log } = continueRun(madeUpWorld(4), madeUpConfiguration(overrides));
const afterRound1 = replay(log.slice(0, log.findIndex(({ kind }) => kind === 'round-completed') + 1));
const nothing = createSpentTally().spent(true);

/** What was charged, and so much beside it. */
const spentWith = ({ ledger }: RunState, lost: number): Spent => ({
  ...nothing,
  answered: { calls: 1, tokens: totalUse(ledger).tokens },
  lost: { calls: 1, tokens: lost },
});

test('what was paid for beside the log is noted where the budget decides otherwise because of it, and only there', async () => {
  const undisturbed = planNextStep(afterRound1);
  expect(undisturbed).toMatchObject([{ event: { kind: 'round-started' } }]);
  for (const lost of [0, 100]) {
    expect(await planStep(afterRound1, async () => spentWith(afterRound1, lost))).toEqual(undisturbed);
  }
  const noted = await planStep(afterRound1, async () => spentWith(afterRound1, 5_000));
  expect(noted).toEqual([{ kind: 'append', event: { kind: 'spending-noted', tokens: 5_000 } }]);
  expect(await planStep(afterRound1, async () => undefined)).toEqual(undisturbed);
});

test('without a budget, and while reserved jobs are to be done, nobody asks what was spent', async () => {
  const asked = () => Promise.reject(new Error('asked'));
  const reserved = replay(log.slice(0, log.findIndex(({ kind }) => kind === 'tokens-reserved') + 1));
  expect(await planStep(reserved, asked)).toEqual(planNextStep(reserved));
  const unlimited = continueRun(madeUpWorld(4), madeUpConfiguration({ ...overrides, search: {} })).log;
  const state = replay(unlimited.slice(0, 3));
  expect(await planStep(state, asked)).toEqual(planNextStep(state));
  await expect(planStep(afterRound1, asked)).rejects.toThrow('asked');
});
