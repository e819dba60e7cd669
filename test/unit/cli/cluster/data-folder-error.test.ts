import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataFolderAt, makeDataFolder } from '../../../../services/cli/cluster/data-folder.ts';
import {
  DataFolderError,
  inDataFolder,
  refuseFolder,
  requireWritable,
} from '../../../../services/cli/cluster/data-folder-error.ts';
import { diskSpaceAt } from '../../../../services/cli/cluster/disk-space.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-folder-'));
  await writeFile(join(folder, 'file'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const thrown = (code: string, syscall: string) => async (): Promise<never> => {
  throw Object.assign(new Error(`${code}: as Node says it`), { code, syscall });
};
const ending = 'name a writable folder with --data-dir';

test('a folder for results that cannot be made is refused, with the option that names another', async () => {
  const path = join(folder, 'file/runs');
  const problem = `${path} cannot be made: a part of the path is not a folder (ENOTDIR)`;
  await expect(requireWritable({ path, option: '--out' })).rejects.toThrow(
    `${problem}; the results could not be kept there: name a writable folder with --out`,
  );
  await requireWritable({ path: join(folder, 'new/runs'), option: '--data-dir' });
});

test('a folder where a file is to be written is refused', async () => {
  await expect(refuseFolder(folder, '--out')).rejects.toThrow(
    `--out ${folder}: that is a folder; name a file, such as one in it`,
  );
  await refuseFolder(join(folder, 'file'), '--junit');
  await refuseFolder(join(folder, 'unmade'), '--junit');
});

test.each([
  ['a file in its place', 'file', 'cannot be made: something that is not a folder is in its place (EEXIST)'],
  ['a file above it', 'file/data', 'cannot be made: a part of the path is not a folder (ENOTDIR)'],
])('%s is said in one sentence', async (_, path, problem) => {
  const data = dataFolderAt(join(folder, path));
  const error = await inDataFolder(data, () => makeDataFolder(data)).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DataFolderError);
  expect((error as Error).message).toBe(`${join(folder, path)} ${problem}; ${ending}`);
});

test.each([
  ['EROFS', 'mkdir', /data cannot be made: the file system is read-only \(EROFS\); name/],
  ['EACCES', 'mkdir', /data cannot be made: this user lacks the permission \(EACCES\); name/],
  ['EACCES', 'open', /data cannot be used: this user lacks the permission \(EACCES\); name/],
  ['ENOSPC', 'write', /^the disk that holds .*data is full: [\d.]+ MB free; free some space and give the same command again/],
  ['EDQUOT', 'write', /^the disk that holds .*data is full/],
])('%s of %s is said in one sentence', async (code, syscall, sentence) => {
  const data = dataFolderAt(join(folder, 'data'));
  await makeDataFolder(data);
  await expect(inDataFolder(data, thrown(code, syscall))).rejects.toThrow(sentence);
  await expect(inDataFolder(data, thrown(code, syscall))).rejects.toThrow(DataFolderError);
});

test("an error that is not the folder's doing stays what it is", async () => {
  const data = dataFolderAt(folder);
  await expect(inDataFolder(data, thrown('EACCES', 'spawn nats-server'))).rejects.not.toThrow(DataFolderError);
  await expect(inDataFolder(data, async () => Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError);
});

test('room is what a megabyte fits in', async () => {
  expect(await diskSpaceAt(folder, true)).toMatchObject({ isFull: false });
});
