import { expect, test } from 'vitest';
import { describeDifference, describeTokenRatio } from '../../../../services/domain/experiment/verdict.ts';

test('a direction is named only where the interval leaves 0 out', () => {
  expect(describeDifference('it', { value: 0.012, low: 0.002, high: 0.022 }, "aflow's")).toBe(
    "it is 1.2 points above aflow's (+0.2 to +2.2)",
  );
  expect(describeDifference('it', { value: -0.01, low: -0.02, high: -0.001 }, "aflow's")).toBe(
    "it is 1.0 point below aflow's (−2.0 to −0.1)",
  );
  expect(describeDifference('it', { value: -0.003, low: -0.019, high: 0.013 }, "aflow's")).toBe(
    "it cannot be told apart from aflow's (−0.3 points, −1.9 to +1.3)",
  );
});

test('of tokens, the upper end of the interval is what can be promised', () => {
  expect(describeTokenRatio({ value: 0.25, low: 0.22, high: 0.29 }, 'aflow')).toBe(
    "spends at most 29 % of aflow's tokens (25 %, interval 22 % to 29 %)",
  );
  expect(describeTokenRatio({ value: 0.25 }, 'aflow')).toContain('one seed, so no interval');
});
