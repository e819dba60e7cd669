import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type ClusterRecord,
  readClusterFile,
  removeClusterFile,
  writeClusterFile,
} from '../../../../services/cli/cluster/cluster-file.ts';
import { type DataFolder, dataFolderAt } from '../../../../services/cli/cluster/data-folder.ts';
import { identifyProcess } from '../../../../services/shared/toolchain/process-identity.ts';

let root: string;
let folder: DataFolder;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scale-cli-'));
  folder = dataFolderAt(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function recordOfThisProcess(): Promise<ClusterRecord> {
  const owner = await identifyProcess(process.pid);
  return {
    version: 2,
    owner: { ...owner, pid: process.pid },
    purpose: 'run',
    controlAddress: '127.0.0.1:1',
    controlToken: 'a token',
    keyVariables: ['MY_KEY'],
    simulatorBenchmarks: [],
  };
}

test('other commands find a cluster while its owner lives', async () => {
  const record = await recordOfThisProcess();
  await writeClusterFile(folder, record);
  expect(await readClusterFile(folder)).toEqual(record);
  expect((await stat(folder.clusterFile)).mode & 0o777).toBe(0o600);
  await removeClusterFile(folder);
  expect(await readClusterFile(folder)).toBeUndefined();
});

test('what a killed owner left behind is no cluster, even if its number was given to another process', async () => {
  const record = await recordOfThisProcess();
  await writeClusterFile(folder, { ...record, owner: { pid: process.pid, startTicks: 1 } });
  expect(await readClusterFile(folder)).toBeUndefined();
});

test.each(['', '{', '{"version": 1}', '[]'])('a file that says %j is no cluster', async (text) => {
  await writeFile(folder.clusterFile, text);
  expect(await readClusterFile(folder)).toBeUndefined();
});
