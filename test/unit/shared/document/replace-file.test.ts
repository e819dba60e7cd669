import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceFile } from '../../../../services/shared/document/replace-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-replace-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('what breaks off leaves the earlier file as it was, and nothing beside it', async () => {
  const path = join(folder, 'report.html');
  await replaceFile(path, 'before');
  async function* broken() {
    yield 'af';
    throw new Error('no space left');
  }
  await expect(replaceFile(path, broken() as unknown as string)).rejects.toThrow('no space left');
  expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual(['before', ['report.html']]);
  await replaceFile(path, 'after');
  expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual(['after', ['report.html']]);
});

test('of several who write at once, each writes a whole file', async () => {
  const path = join(folder, 'report.html');
  const texts = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(100_000));
  await Promise.all(texts.map((text) => replaceFile(path, text)));
  expect(texts).toContain(await readFile(path, 'utf8'));
  expect(await readdir(folder)).toEqual(['report.html']);
});

test('a file keeps its mode, and a link leads to the new one', async () => {
  const [file, link] = [join(folder, 'file'), join(folder, 'link')];
  await writeFile(file, 'before');
  await chmod(file, 0o640);
  await symlink(file, link);
  await replaceFile(link, 'after');
  expect([(await lstat(link)).isSymbolicLink(), await readFile(file, 'utf8')]).toEqual([true, 'after']);
  expect((await lstat(file)).mode & 0o777).toBe(0o640);
});

test('what is no file stays what it is: a pipe is written to, and a folder refused', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [read] = await Promise.all([readFile(pipe, 'utf8'), replaceFile(pipe, 'through')]);
  expect([read, (await lstat(pipe)).isFIFO()]).toEqual(['through', true]);
  await mkdir(join(folder, 'sub'));
  await expect(replaceFile(join(folder, 'sub'), 'x')).rejects.toThrow('EISDIR');
});
