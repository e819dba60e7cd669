import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Cli } from '../../../../services/cli/cli.ts';
import { writeClusterFile } from '../../../../services/cli/cluster/cluster-file.ts';
import { type DataFolder, dataFolderAt } from '../../../../services/cli/cluster/data-folder.ts';
import { reachToRun } from '../../../../services/cli/cluster/reach-to-run.ts';

let folder: DataFolder;
/** In the coordinator's place. */
let coordinator: Server;
let controlAddress: string;
const never = new AbortController().signal;
const cli = { environment: {}, interrupts: { requested: never, forced: never } } as unknown as Cli;

beforeEach(async () => {
  folder = dataFolderAt(await mkdtemp(join(tmpdir(), 'scale-cli-')));
  await listen(0);
});
afterEach(async () => {
  coordinator.close();
  await rm(folder.root, { recursive: true, force: true });
});

async function listen(port: number): Promise<void> {
  coordinator = createServer((socket) => socket.destroy());
  // At an address that no other program is given a port of.
  await once(coordinator.listen(port, '127.0.77.1'), 'listening');
  controlAddress = `127.0.77.1:${(coordinator.address() as AddressInfo).port}`;
}

/** Another command's cluster, whose simulated model knows these files. */
async function joined(known: readonly string[] | undefined, wanted: readonly string[]) {
  await writeClusterFile(folder, {
    ...{ version: 2, owner: { pid: process.pid }, purpose: 'run', controlAddress },
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

test('a coordinator that has died is waited for, until its owner has started it again', async () => {
  const { port } = coordinator.address() as AddressInfo;
  await once(coordinator.close(), 'close');
  let isReached = false;
  const reaching = joined([], []).then((kind) => {
    isReached = true;
    return kind;
  });
  // Long enough for one that does not wait; one that does has nothing to go on with.
  await sleep(500);
  expect(isReached).toBe(false);
  await listen(port);
  expect(await reaching).toBe('attached');
});
