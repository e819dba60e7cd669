import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
const generated = 'services/shared/contracts/generated';
const buf = (...words: string[]) => promisify(execFile)(join(project, 'node_modules/.bin/buf'), words, { cwd: project });

let fresh: string;
beforeAll(async () => {
  fresh = await mkdtemp(join(tmpdir(), 'scale-contracts-'));
  await buf('generate', '--output', fresh);
});
afterAll(() => rm(fresh, { recursive: true, force: true }));

async function readTree(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.map(async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8')] as const),
  );
  return Object.fromEntries(texts.sort(([one], [other]) => one.localeCompare(other)));
}

test('the committed contracts are what proto/ generates (scripts/generate writes them)', async () => {
  const committed = await readTree(join(project, generated));
  expect(Object.keys(committed).length).toBeGreaterThan(0);
  expect(committed).toEqual(await readTree(join(fresh, generated)));
});

test('no contract breaks one that is out: proto/ against proto/baseline.binpb', async () => {
  await expect(buf('breaking', '--against', 'proto/baseline.binpb')).resolves.toBeDefined();
});
