import { expect, test } from 'vitest';
import type { Round, RunState } from '../../../../../services/domain/run/state.ts';
import { configuredStopRules } from '../../../../../services/domain/search/stop-rules/configured.ts';
import { convergence } from '../../../../../services/domain/search/stop-rules/convergence.ts';
import { maxRounds } from '../../../../../services/domain/search/stop-rules/max-rounds.ts';
import { anyOf, type StopRule } from '../../../../../services/domain/search/stop-rules/stop-rule.ts';
import { tokenBudget } from '../../../../../services/domain/search/stop-rules/token-budget.ts';
import { madeUpConfiguration, use } from '../made-up-world.ts';
import { scoredRounds } from '../scored-rounds.ts';

function stateOf(scores: readonly (number | undefined)[], tokens = 0): RunState {
  const ledger = [{ phase: 'warm-up', round: 1, ...use('executor', tokens) }] as const;
  return { configuration: madeUpConfiguration(), status: 'running', rounds: scoredRounds(scores), ledger };
}

function stopsAfter(
  scores: readonly (number | undefined)[],
  rule = convergence({ rounds: 5, top: 3, z: 0 }),
): number | undefined {
  const rounds = scores.findIndex((_, index) => rule(stateOf(scores.slice(0, index + 1))) !== undefined);
  return rounds < 0 ? undefined : rounds + 1;
}

test('the round limit counts rounds that found no workflow', () => {
  expect(maxRounds(3)(stateOf([0.5, undefined]))).toBeUndefined();
  expect(maxRounds(3)(stateOf([0.5, undefined, undefined]))).toBe('max-rounds');
});

test('the token budget stops before a round that it does not reach for', () => {
  const withBudget = (budget: number, rounds: number): RunState => {
    const state = stateOf(
      Array.from({ length: rounds }, () => 0.5),
      100,
    );
    const { configuration } = state;
    return { ...state, configuration: { ...configuration, search: { ...configuration.search, tokenBudget: budget } } };
  };
  // A first proposal is taken to need what the optimizer may say at most: 256 tokens.
  expect(tokenBudget(withBudget(355, 1))).toBe('token-budget');
  expect(tokenBudget(withBudget(356, 1))).toBeUndefined();
  // Whatever there is, round 1 is begun.
  expect(tokenBudget(withBudget(1, 0))).toBeUndefined();
});

test('the first of several rules gives the reason', () => {
  const state = stateOf([0.5, 0.5]);
  const always: StopRule = () => 'converged';
  expect(anyOf(maxRounds(2), always)(state)).toBe('max-rounds');
  expect(anyOf(maxRounds(3), always)(state)).toBe('converged');
  expect(anyOf(maxRounds(3))(state)).toBeUndefined();
  expect(anyOf()(state)).toBeUndefined();
});

test("convergence needs five flat steps of the best three's mean, as in AFlow", () => {
  // The mean stands from round 3 on: the steps into rounds 4 to 8 are flat.
  expect(stopsAfter([0.7, 0.8, 0.9, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])).toBe(8);
  // With all rounds alike every step from the first is flat.
  expect(stopsAfter([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])).toBe(6);
});

test('a gain, however small, begins the count anew', () => {
  expect(stopsAfter([0.7, 0.8, 0.9, 0.1, 0.2, 0.3, 0.4, 0.701, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])).toBe(13);
  expect(stopsAfter(Array.from({ length: 20 }, (_, round) => 0.5 + round * 0.001))).toBeUndefined();
});

test('convergence needs one round more than it averages', () => {
  const impatient = convergence({ rounds: 1, top: 3, z: 0 });
  expect(stopsAfter([0.5, 0.5, 0.5, 0.5], impatient)).toBe(4);
});

test('rounds without a score are passed over by convergence', () => {
  expect(stopsAfter([0.7, 0.8, undefined, 0.9, undefined, 0.1, 0.2, 0.3, 0.4, undefined, 0.5])).toBe(11);
});

test('with repeats and a z above 0, steps within the noise are flat', () => {
  const noisy = (score: number, round: number): Round => ({
    ...(scoredRounds([score])[0] as Round),
    round,
    outcomes: [-0.1, 0.1].map((noise, repeat) => ({ queryIndex: 0, repeat, score: score + noise, answer: '', tokens: [] })),
  });
  const rounds = [0.5, 0.51, 0.52, 0.53, 0.54].map((score, index) => noisy(score, index + 1));
  const state = { ...stateOf([]), rounds };
  expect(convergence({ rounds: 2, top: 3, z: 1 })(state)).toBe('converged');
  expect(convergence({ rounds: 2, top: 3, z: 0 })(state)).toBeUndefined();
  // sigma of a round .1, of the best three's mean .1 sqrt(3) / 3 = .0577, of the step .0816; the last step is .01.
  expect(convergence({ rounds: 1, top: 3, z: 0.125 })(state)).toBe('converged');
  expect(convergence({ rounds: 1, top: 3, z: 0.05 })(state)).toBeUndefined();
});

test('settings of 0 turn convergence and the budget off', () => {
  const settings = { ...madeUpConfiguration().search, maxRounds: 100 };
  const flat = stateOf(
    Array.from({ length: 20 }, () => 0.5),
    1_000_000,
  );
  expect(configuredStopRules(settings)(flat)).toBeUndefined();
  expect(configuredStopRules({ ...settings, convergenceRounds: 5 })(flat)).toBe('converged');
  expect(configuredStopRules({ ...settings, tokenBudget: 5 })(flat)).toBe('token-budget');
  expect(configuredStopRules({ ...settings, maxRounds: 20, tokenBudget: 5 })(flat)).toBe('max-rounds');
});
