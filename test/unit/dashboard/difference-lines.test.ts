import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differenceLines } from '../../../services/dashboard/answers/difference-lines.ts';

const text = (...lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

test('lines have their numbers in both texts, and what is left out is counted', () => {
  const before = text('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  expect(differenceLines(before, before.replace('e\n', 'E\n'), 1)).toEqual([
    { kind: 'gap', lines: 3 },
    { kind: 'same', before: 4, after: 4, text: 'd' },
    { kind: 'removed', before: 5, text: 'e' },
    { kind: 'added', after: 5, text: 'E' },
    { kind: 'same', before: 6, after: 6, text: 'f' },
    { kind: 'gap', lines: 2 },
  ]);
  expect(differenceLines(before, before, 3)).toEqual([{ kind: 'gap', lines: 8 }]);
  expect(differenceLines('', text('new'), 3)).toEqual([{ kind: 'added', after: 1, text: 'new' }]);
});

test('both texts can be read off the whole of their difference', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (one, other) => {
      const shown = differenceLines(text(...one), text(...other), Number.POSITIVE_INFINITY);
      const side = (kind: 'added' | 'removed') =>
        shown.flatMap((line) => (line.kind === kind || line.kind === 'same' ? [line.text] : []));
      expect(side('removed')).toEqual(one);
      expect(side('added')).toEqual(other);
      // Shortened, it leaves out as many lines as it says.
      const count = (of: typeof shown) =>
        of.reduce((sum, line) => sum + (line.kind === 'gap' ? line.lines : line.kind === 'added' ? 0 : 1), 0);
      expect(count(differenceLines(text(...one), text(...other), 1))).toBe(one.length);
    }),
  );
});
