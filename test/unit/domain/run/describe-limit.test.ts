import { expect, test } from 'vitest';
import { describeReached } from '../../../../services/domain/run/describe-limit.ts';

const reached = { scope: 'run', used: 0, most: 20_000, ends: 'search' } as const;

test('what ended a search is a clause, whether a limit or a person did', () => {
  expect(describeReached({ ...reached, limit: 'tokens' })).toBe("the run's limit of 20,000 tokens was reached");
  expect(describeReached({ ...reached, limit: 'time' })).toBe("the run's limit of time was reached");
  const reason = 'the stop file stop-now has appeared';
  expect(describeReached({ ...reached, limit: 'stop', most: 0, reason })).toBe(reason);
});
