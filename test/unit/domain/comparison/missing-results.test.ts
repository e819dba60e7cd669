import { expect, test } from 'vitest';
import { describeMissingResults } from '../../../../services/domain/comparison/missing-results.ts';

const whole = { answerIsWhole: true };
const gone = { answerIsWhole: false };

test('results that are gone are told with their number; a job that could never be done has none', () => {
  expect(describeMissingResults([whole, whole])).toBeUndefined();
  const poison = { ...gone, failure: { kind: 'poison', message: 'never finished', step: '' } } as const;
  expect(describeMissingResults([whole, poison])).toBeUndefined();
  expect(describeMissingResults([whole, gone, gone])).toMatch(/^2 of 3 results are no longer in the cluster's store/);
});
