import { expect, test } from 'vitest';
import { planStep } from '../../../../services/coordinator/rounds/plan-step.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import { createSpentTally, type Spent } from '../../../../services/domain/run/ledger/spent.ts';
import { totalUse } from '../../../../services/domain/run/ledger/totals.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { planNextStep } from '../../../../services/domain/search/plan-next-step.ts';
import { continueRun, madeUpConfiguration, madeUpWorld, type Overrides, replay } from '../../domain/search/made-up-world.ts';

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

test('what the response cache saved is given back to the budget, where the budget decides otherwise because of it', async () => {
  const over = replay(log.slice(0, -1));
  const undisturbed = planNextStep(over);
  expect(undisturbed).toMatchObject([{ event: { kind: 'run-completed', reason: 'token-budget' } }]);
  const charged = totalUse(over.ledger).tokens;
  const spentOf = (saved: number): Spent => ({
    ...nothing,
    answered: { calls: 1, tokens: charged - saved },
    cached: { calls: 1, tokens: saved },
  });
  const noted = await planStep(over, async () => spentOf(charged));
  expect(noted).toEqual([{ kind: 'append', event: { kind: 'spending-noted', tokens: 0, savedTokens: charged } }]);
  const [first] = noted;
  if (first?.kind !== 'append') throw new Error('nothing was noted');
  const after = applyEvent(over, first.event);
  expect(planNextStep(after)).not.toEqual(undisturbed);
  // The same figures once more are no news.
  expect(await planStep(after, async () => spentOf(charged))).toEqual(planNextStep(after));
  expect(() => applyEvent(after, first.event)).toThrow(/no more than was known/);
});
