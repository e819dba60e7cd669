import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placeFile } from '../../../../services/shared/benchmarks/releases/place-file.ts';
import { removeLeftDrafts } from '../../../../services/shared/document/left-drafts.ts';
import { replaceFile } from '../../../../services/shared/document/replace-file.ts';

let folder: string;
let gone: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-drafts-'));
  ({ pid: gone } = spawnSync(process.execPath, ['-e', '']));
});
afterEach(() => rm(folder, { recursive: true }));

const agesAgo = new Date(Date.now() - 3_600_000);
async function left(name: string, time = agesAgo): Promise<string> {
  await writeFile(join(folder, name), 'half');
  await utimes(join(folder, name), time, time);
  return name;
}
const files = async () => (await readdir(folder)).toSorted();

test('whoever writes a file again removes what killed writers of it have left', async () => {
  await left(`report.html.${gone}-3.draft`);
  await replaceFile(join(folder, 'report.html'), 'whole');
  await left(`.test.jsonl.${gone}.draft`);
  await placeFile(folder, 'test.jsonl', 'whole');
  expect(await files()).toEqual(['report.html', 'test.jsonl']);
});

test('a draft of a process that lives, of the last minutes, of another file, or that is none, stays', async () => {
  const kept = [
    await left(`a.txt.${process.pid}-1.draft`),
    await left(`a.txt.${gone}-2.draft`, new Date()),
    await left(`b.a.txt.${gone}-1.draft`),
    await left('a.txt.mine.draft'),
    await left(`a.txt.${gone}-1.draft.bak`),
  ];
  await removeLeftDrafts(join(folder, 'a.txt'));
  expect(await files()).toEqual(kept.toSorted());
});

test('a folder that is not there has none', () => removeLeftDrafts(join(folder, 'none', 'a.txt')));
