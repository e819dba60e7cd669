import { expect, test } from 'vitest';
import { createFingerprintSet } from '../../../../../services/domain/run/ledger/fingerprint-set.ts';

test('has what was added, and none of a hundred thousand that look like it', () => {
  const set = createFingerprintSet();
  const ids = Array.from({ length: 100_000 }, (_, index) => `execute-0123456789abcdef-${index}-0:${index % 7}/${index % 3}`);
  expect(
    ids.filter((id) => {
      const was = set.has(id);
      set.add(id);
      set.add(id);
      return was;
    }),
  ).toEqual([]);
  expect(ids.every((id) => set.has(id))).toBe(true);
  expect(ids.filter((id) => set.has(`${id}x`))).toEqual([]);
});
