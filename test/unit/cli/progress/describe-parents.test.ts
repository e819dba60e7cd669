import { expect, test } from 'vitest';
import { describeParents } from '../../../../services/cli/progress/describe-parents.ts';

test('a round is from its parent, or merges two', () => {
  expect(describeParents({ parentRound: 3 })).toBe('from round 3');
  expect(describeParents({ parentRound: 3, mergedRound: 5 })).toBe('merges rounds 3 and 5');
});
