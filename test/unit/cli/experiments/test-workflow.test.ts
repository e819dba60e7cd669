import { expect, test } from 'vitest';
import { meanByQuery, scoresByRepeat } from '../../../../services/cli/experiments/test-workflow.ts';
import type { FailureKind } from '../../../../services/domain/failure.ts';

function outcome(queryIndex: number, repeat: number, score: number, kind?: FailureKind) {
  return { queryIndex, repeat, score, tokens: [], ...(kind && { failure: { kind, message: 'it failed' } }) };
}

test('a query that the infrastructure has lost is not taken for a wrong one', () => {
  const scores = scoresByRepeat([outcome(0, 0, 1), outcome(1, 0, 0, 'poison'), outcome(2, 0, 0, 'code'), outcome(3, 0, 1)], 4);
  // Two right and one wrong of three that have a score.
  expect(scores).toEqual([[1, expect.closeTo(2 / 3, 12), 0, 1]]);
});

test('repeats are in their order, and queries the mean of theirs', () => {
  const scores = scoresByRepeat([outcome(0, 1, 1), outcome(1, 1, 0), outcome(0, 0, 0), outcome(1, 0, 0)], 2);
  expect(scores).toEqual([
    [0, 0],
    [1, 0],
  ]);
  expect(meanByQuery(scores)).toEqual([0.5, 0]);
});
