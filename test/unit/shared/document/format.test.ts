import { describe, expect, test } from 'vitest';
import { formatCount, formatDuration, formatShare, oneLine } from '../../../../services/shared/document/format.ts';

describe('one line of a terminal', () => {
  test('a text from a model cannot move the cursor, colour the screen or turn the reading direction', () => {
    expect(oneLine('add \x1b[31mred\x1b[0m\x1b[2J\r\nsteps\u202e\u0007 now')).toBe('add red steps now');
  });

  test('a long text is cut by characters, and says so', () => {
    expect(oneLine('🙂🙂🙂🙂🙂', 3)).toBe('🙂🙂…');
  });
});

test.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1.00 k'],
  [12_345, '12.3 k'],
  [999_499, '999 k'],
  [999_500, '1.00 M'],
  [1_240_000, '1.24 M'],
  [2_500_000_000, '2.50 G'],
])('%i tokens read %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [-5, '0 s'],
  [89_400, '89 s'],
  [90_000, '2 min'],
  [3_600_000, '1 h 00 min'],
  [7_500_000, '2 h 05 min'],
])('%i ms read %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('a share is a whole number of per cent', () => {
  expect(formatShare(0.634)).toBe('63 %');
});
