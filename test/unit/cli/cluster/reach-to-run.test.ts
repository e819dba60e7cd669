import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Cli } from '../../../../services/cli/cli.ts';
import { writeClusterFile } from '../../../../services/cli/cluster/cluster-file.ts';
import { type DataFolder, dataFolderAt } from '../../../../services/cli/cluster/data-folder.ts';
import { reachToRun } from '../../../../services/cli/cluster/reach-to-run.ts';

let folder: DataFolder;
const never = new AbortController().signal;
const cli = { environment: {}, interrupts: { requested: never, forced: never } } as unknown as Cli;

beforeEach(async () => {
  folder = dataFolderAt(await mkdtemp(join(tmpdir(), 'scale-cli-')));
});
afterEach(() => rm(folder.root, { recursive: true, force: true }));

/** Another command's cluster, whose simulated model knows these files. */
async function joined(known: readonly string[] | undefined, wanted: readonly string[]) {
  await writeClusterFile(folder, {
    ...{ version: 2, owner: { pid: process.pid }, purpose: 'run', controlAddress: '127.0.0.1:1' },
    ...{ controlToken: 'a token', keyVariables: [] },
    ...(known === undefined ? {} : { simulatorUrl: 'http://127.0.0.1:2/v1' }),
    simulatorBenchmarks: [...(known ?? [])],
  });
  const wish = { cli, folder, executors: 1, slots: 1, withSimulator: true, simulatorBenchmarks: wanted, notice: () => undefined };
  const cluster = await reachToRun(wish);
  await cluster.close(never);
  return cluster.kind;
}

test('a simulated model that knows the benchmark file is joined', async () => {
  expect(await joined(['/a/own.yaml'], ['/a/own.yaml'])).toBe('attached');
  expect(await joined([], [])).toBe('attached');
});

test('one that does not would only guess, so the run is refused', async () => {
  await expect(joined([], ['/a/own.yaml'])).rejects.toThrow(
    'has no simulated model that knows the benchmark in /a/own.yaml: wait until it has ended, or give another --data-dir',
  );
  await expect(joined(undefined, [])).rejects.toThrow('has no simulated model: wait until it has ended');
});
