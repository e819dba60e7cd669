import { expect, test } from 'vitest';
import { searchSpending } from '../../../../services/domain/experiments/search-spending.ts';
import { totalUse } from '../../../../services/domain/run/ledger/totals.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../search/made-up-world.ts';

const world = madeUpWorld();
const settings = { queryCount: 30, search: { maxRounds: 8, canary: true } };

test('phases add up to the total, and nothing of a sound search counts as broken but refused replies', () => {
  const { state } = continueRun(world, madeUpConfiguration(settings));
  const { tokens, byPhase, broken } = searchSpending(state);
  expect([...byPhase.values()].reduce((sum, value) => sum + value, 0)).toBe(tokens);
  expect(tokens).toBe(totalUse(state.ledger).tokens);
  const refused = state.rounds.flatMap(({ proposals }) => proposals.filter(({ failure }) => failure !== undefined));
  expect(broken).toBe(totalUse(refused.flatMap((proposal) => proposal.tokens ?? [])).tokens);
});

test('workflows that fail on everything are broken: with a canary one execution each, without it all of them', () => {
  const initial = continueRun(world, madeUpConfiguration(settings)).state.rounds[0]?.workflowHash;
  const breaking = { ...world, breaks: (hash: string) => hash !== initial };
  const brokenTokens = (canary: boolean): number => {
    const search = { ...settings.search, canary, proposalAttempts: 1 };
    const configuration = madeUpConfiguration({ ...settings, search, evaluation: { method: 'full', warmUpRounds: 0 } });
    return searchSpending(continueRun(breaking, configuration).state).broken;
  };
  expect(brokenTokens(true)).toBeGreaterThan(0);
  expect(brokenTokens(false)).toBeGreaterThan(2 * brokenTokens(true));
});

test('executions of an evaluation on the test split are left out', () => {
  const configuration = madeUpConfiguration({
    kind: 'evaluation',
    queryCount: 10,
    search: { maxRounds: 1 },
    evaluation: { method: 'full' },
  });
  expect(searchSpending(continueRun(world, configuration).state).tokens).toBe(0);
});
