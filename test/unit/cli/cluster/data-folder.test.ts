import { chmod, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Cli } from '../../../../services/cli/cli.ts';
import { addDataFolderOption, NothingHereError, reachCluster } from '../../../../services/cli/cluster/cluster-options.ts';
import { dataFolderVariable, nearestDataFolder } from '../../../../services/cli/cluster/data-folder.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'scale-')));
  await mkdir(join(root, 'project', 'deep', 'deeper'), { recursive: true });
});
afterEach(async () => {
  delete process.env[dataFolderVariable];
  await rm(root, { recursive: true });
});

const found = (...path: string[]) => resolve(nearestDataFolder(join(root, ...path)));

test('the data folder is the nearest one above that holds data, otherwise one that would be made here', async () => {
  await mkdir(join(root, 'project', '.scale', 'nats'), { recursive: true });
  await mkdir(join(root, 'project', 'deep', '.scale'));
  expect(found('project', 'deep', 'deeper')).toBe(join(root, 'project', '.scale'));
  expect(found('project')).toBe(join(root, 'project', '.scale'));
  await mkdir(join(root, 'project', 'deep', '.scale', 'nats'));
  expect(found('project', 'deep', 'deeper')).toBe(join(root, 'project', 'deep', '.scale'));
  await rm(join(root, 'project', '.scale'), { recursive: true });
  expect(found('project')).toBe(join(root, 'project', '.scale'));
});

test('a folder in which anyone may put one is passed over, unless it is the current one', async () => {
  await mkdir(join(root, 'project', '.scale', 'nats'), { recursive: true });
  await chmod(join(root, 'project'), 0o1777);
  expect(found('project', 'deep')).toBe(join(root, 'project', 'deep', '.scale'));
  expect(found('project')).toBe(join(root, 'project', '.scale'));
});

async function chosen(words: readonly string[]): Promise<string> {
  let dataDir = '';
  const command = addDataFolderOption(new Command()).action((options: { dataDir: string }) => {
    dataDir = options.dataDir;
  });
  await command.parseAsync([...words], { from: 'user' });
  return dataDir;
}

test('the command line counts before the variable, and the variable before what is found; an empty one is none', async () => {
  process.env[dataFolderVariable] = '/of/the/variable';
  expect(await chosen(['--data-dir', '/given'])).toBe('/given');
  expect(await chosen([])).toBe('/of/the/variable');
  process.env[dataFolderVariable] = '';
  expect(await chosen([])).toBe(nearestDataFolder());
});

test('reading where nothing has run says where it has looked, and leaves no folder behind', async () => {
  const options = { dataDir: join(root, 'project', '.scale') };
  const reading = reachCluster({ environment: {} } as unknown as Cli, options);
  await expect(reading).rejects.toThrow(NothingHereError);
  await expect(reading).rejects.toThrow(`${options.dataDir} holds no data`);
  expect(await readdir(join(root, 'project'))).toEqual(['deep']);
});
