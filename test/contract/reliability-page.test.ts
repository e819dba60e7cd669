import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faults } from '../chaos/fault-index.ts';
import { recoveriesOn, withTables } from '../chaos/reliability-page.ts';

const project = join(import.meta.dirname, '../..');
const read = (file: string) => readFile(join(project, file), 'utf8');

it('each of the 25 faults, and each of the 11 of the bus, has its place', () => {
  const wanted = [
    ...Array.from({ length: 25 }, (_, place) => `${place + 1}`),
    ...Array.from({ length: 11 }, (_, place) => `B${place + 1}`),
  ];
  expect(faults.map(({ number }) => number)).toEqual(wanted);
});

describe('each fault has tests, by title', () => {
  it.each(faults.map(({ number, tests }) => [number, tests] as const))('%s', async (_, tests) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, title } of tests) expect((await read(file)).includes(title), `"${title}" in ${file}`).toBe(true);
  });
});

it('docs/reliability.md is what is made of them; only its times are those of one day', async () => {
  const page = await read('docs/reliability.md');
  expect(withTables(page, recoveriesOn(page))).toBe(page);
  const measured = new Set(recoveriesOn(page).map(({ fault }) => fault));
  expect([...measured].sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 8, 9, 20, 23]);
  expect(recoveriesOn(page).length).toBeGreaterThan(20);
  // A row that is changed by hand is found.
  expect(withTables(page.replace('| 3 | an executor', '| 3 | a predictor'), recoveriesOn(page))).toBe(page);
});
