import { expect, test } from 'vitest';
import { describeRepetitions } from '../../../../services/cli/progress/describe-repetitions.ts';

test('repetitions are said with their share, and nothing is said where nothing was proposed', () => {
  expect(describeRepetitions({ proposals: 0, tried: 0, underWay: 0 })).toBe('');
  expect(describeRepetitions({ proposals: 1, tried: 0, underWay: 0 })).toBe('none of 1 proposal');
  expect(describeRepetitions({ proposals: 20, tried: 1, underWay: 1 })).toBe(
    '2 of 20 proposals (10 %): 1 had been tried in another round, 1 was under way in one',
  );
  expect(describeRepetitions({ proposals: 20, tried: 0, underWay: 0, similar: 1 })).toBe(
    'none of 20 proposals; 1 more was nearly the workflow of another round',
  );
  expect(describeRepetitions({ proposals: 2400, tried: 0, underWay: 2 })).toContain('2 of 2,400 proposals');
});
