import { expect, test } from 'vitest';
import {
  describeDifference,
  describeScoreDifference,
  describeTokenRatio,
} from '../../../../services/domain/experiments/verdict.ts';

test('a direction is named only where the interval leaves 0 out', () => {
  expect(describeDifference('it', { value: 0.012, low: 0.002, high: 0.022 }, "aflow's")).toBe(
    "it is 1.2 points above aflow's (+0.2 to +2.2)",
  );
  expect(describeDifference('it', { value: -0.01, low: -0.02, high: -0.001 }, "aflow's")).toBe(
    "it is 1.0 point below aflow's (−2.0 to −0.1)",
  );
  expect(describeDifference('it', { value: -0.003, low: -0.019, high: 0.013 }, "aflow's")).toBe(
    "it cannot be distinguished from aflow's (−0.3 points, −1.9 to +1.3)",
  );
});

test('the difference comes first where tokens and score stand in one sentence', () => {
  expect(describeScoreDifference({ value: -0.03, low: -0.071, high: 0.01 })).toBe(
    'a test score difference of −3.0 points (interval −7.1 to +1.0): the scores cannot be distinguished',
  );
  expect(describeScoreDifference({ value: -0.03, low: -0.05, high: -0.01 })).toContain('which is below 0');
  expect(describeScoreDifference({ value: 0.03, low: 0.01, high: 0.05 })).toContain('which is above 0');
});

test('of tokens, the upper end of the interval is what can be promised', () => {
  expect(describeTokenRatio({ value: 0.25, low: 0.22, high: 0.29 }, 'aflow')).toBe(
    "spends at most 29 % of aflow's tokens (25 %, interval 22 % to 29 %)",
  );
  expect(describeTokenRatio({ value: 0.25 }, 'aflow')).toContain('one seed, so no interval');
});
