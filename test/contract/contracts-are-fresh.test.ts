import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

const controlService = 'proto/scale/v1/control.proto';

test.each([
  ['a deleted rpc', (text: string) => text.replace(/^ *rpc ForgetMemory.*\n/m, '')],
  ['a renamed rpc', (text: string) => text.replace('rpc PauseRun(', 'rpc HaltRun(')],
  [
    'an rpc that answers otherwise',
    (text: string) => text.replace('returns (stream WatchRunResponse)', 'returns (WatchRunResponse)'),
  ],
  ['a deleted field', (text: string) => text.replace(/^ *uint32 max_in_flight = 4;\n/m, '')],
  ['a field of another type', (text: string) => text.replace('uint64 sequence = 1;', 'string sequence = 1;')],
  ['a renamed field', (text: string) => text.replace('string cancel_reason = 8;', 'string reason_of_cancel = 8;')],
])('%s is caught', async (_what, breakIt) => {
  const copy = await mkdtemp(join(tmpdir(), 'scale-contracts-'));
  try {
    await cp(join(project, 'proto'), join(copy, 'proto'), { recursive: true });
    await cp(join(project, 'buf.yaml'), join(copy, 'buf.yaml'));
    const text = await readFile(join(copy, controlService), 'utf8');
    expect(breakIt(text)).not.toBe(text);
    await writeFile(join(copy, controlService), breakIt(text));
    await expect(buf('breaking', copy, '--against', 'proto/baseline.binpb')).rejects.toMatchObject({ code: 100 });
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});
