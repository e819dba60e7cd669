import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createLogCopy } from '../../../../services/coordinator/log/log-copy.ts';
import { nextDigest } from '../../../../services/shared/contracts/log-digest.ts';

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
  const packed = copy.packs().reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(packed).toBeLessThan(entries.reduce((sum, { length }) => sum + length, 0) / 10);
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

test('a copy that skipped the beginning has it once it was read, and takes nothing else for it', () => {
  const whole = copied();
  const copy = createLogCopy();
  copy.skip(120, whole.digest(120));
  for (const entry of entries.slice(120)) copy.push(entry);
  expect(copy).toMatchObject({ length: entries.length, skipped: 120 });
  expect(copy.digest(400)).toBe(whole.digest(400));
  expect(() => [...copy.from(100)]).toThrow('skipped');
  const beginning = (changed: number) => {
    const older = createLogCopy();
    for (const [index, entry] of entries.slice(0, 120).entries()) older.push(index === changed ? Buffer.from('x') : entry);
    return older;
  };
  expect(copy.complete(beginning(60))).toBe(false);
  expect(copy.skipped).toBe(120);
  expect(copy.complete(beginning(-1))).toBe(true);
  expect(copy).toMatchObject({ length: entries.length, skipped: 0 });
  expect([...copy.from(0)].map((entry) => Buffer.from(entry))).toEqual(entries);
  for (const count of [0, 1, 119, 120, 121, 400]) expect(copy.digest(count)).toBe(whole.digest(count));
});

test('of a copy that skipped the beginning, all is forgotten where the log turns out to be another one from before', () => {
  const copy = createLogCopy();
  copy.skip(120, 'd');
  copy.push(entries[0] as Buffer);
  copy.cut(120);
  expect(copy).toMatchObject({ length: 120, skipped: 120 });
  copy.cut(50);
  expect(copy).toMatchObject({ length: 0, skipped: 0 });
});
