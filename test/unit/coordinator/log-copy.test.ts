import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { nextDigest } from '../../../services/coordinator/digested-log.ts';
import { createLogCopy } from '../../../services/coordinator/log-copy.ts';

/** Large enough that most of them are packed. */
const entries = Array.from({ length: 400 }, (_, index) =>
  Buffer.from(`${index} ${'an answer like the others. '.repeat(100 + index)}`),
);

function copied() {
  const copy = createLogCopy();
  for (const entry of entries) copy.push(entry);
  return copy;
}

test('a copy gives the entries from any place on, byte for byte, and takes a tenth of their room', () => {
  const copy = copied();
  expect(copy).toHaveLength(entries.length);
  for (const first of [0, 1, 57, 58, 200, 399, 400]) {
    expect([...copy.from(first)].map((entry) => Buffer.from(entry))).toEqual(entries.slice(first));
  }
  expect(copy.bytes()).toBeLessThan(entries.reduce((sum, { length }) => sum + length, 0) / 10 + 256 * 1024);
});

test('its digests are those of the log', () => {
  const copy = copied();
  let digest = '';
  expect(copy.digest(0)).toBe('');
  for (const [index, entry] of entries.entries()) {
    digest = nextDigest(digest, entry);
    expect(copy.digest(index + 1)).toBe(digest);
  }
});

test('what is cut off is forgotten, and another end can follow', () => {
  const copy = copied();
  copy.cut(150);
  const other = randomBytes(5_000);
  copy.push(other);
  expect(copy).toHaveLength(151);
  expect([...copy.from(149)].map((entry) => Buffer.from(entry))).toEqual([entries[149], other]);
  copy.cut(1_000);
  expect(copy).toHaveLength(151);
});
