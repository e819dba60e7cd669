import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FolderInUseError } from '../../../../services/shared/toolchain/folder-lock.ts';
import { NatsServerStartError, startNatsServer } from '../../../../services/shared/toolchain/nats-process.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from '../../../../services/shared/toolchain/process-identity.ts';
import { startTestNatsServer } from '../../../support/nats-server.ts';

let storeFolder: string;
beforeAll(async () => {
  storeFolder = await mkdtemp(join(tmpdir(), 'scale-nats-kept-'));
});
afterAll(() => rm(storeFolder, { recursive: true, force: true }));

test('a server starts on free ports with JetStream synced on every write, and ends when asked', async () => {
  const server = await startTestNatsServer();
  const connection = await connect({ servers: server.url });
  expect(connection.info?.jetstream).toBe(true);
  await connection.close();
  const status = (await (await fetch(`${server.monitorUrl}/jsz`)).json()) as { config: Record<string, unknown> };
  expect(status.config).toMatchObject({ sync_always: true, max_storage: 8 * 1024 ** 3 });
  await server.stop();
  await server.stop();
  expect(await server.exited).toMatch(/^(ended with exit status|was ended by)/);
  expect(await identifyProcess(server.pid)).toBeUndefined();
  await expect(readdir(server.storeFolder)).rejects.toThrow(/ENOENT/);
});

test('a second server on a folder in use is refused, and names the process that uses it', async () => {
  await using server = await startTestNatsServer({ storeFolder });
  await expect(startTestNatsServer({ storeFolder })).rejects.toThrow(FolderInUseError);
  await expect(startTestNatsServer({ storeFolder })).rejects.toThrow(String(process.pid));
  expect(await identifyProcess(server.pid)).toBeDefined();
});

test('a killed server starts again on its folder', async () => {
  const first = await startTestNatsServer({ storeFolder });
  await first.kill();
  expect(await first.exited).toBe('was ended by SIGKILL');
  await using second = await startTestNatsServer({ storeFolder });
  expect(second.pid).not.toBe(first.pid);
});

test('a port that is taken is an error with the reason out of the log', async () => {
  await using server = await startTestNatsServer();
  const port = Number(new URL(server.url).port);
  const failure = startTestNatsServer({ storeFolder, port });
  await expect(failure).rejects.toThrow(NatsServerStartError);
  await expect(failure).rejects.toThrow(/address already in use/);
});

test('a program that is not there is an error that names it, and leaves the folder free', async () => {
  const start = startNatsServer({ binary: '/nowhere/nats-server', storeFolder });
  await expect(start).rejects.toThrow(NatsServerStartError);
  await expect(start).rejects.toThrow('nats-server cannot be started: spawn /nowhere/nats-server ENOENT');
  await using server = await startTestNatsServer({ storeFolder });
  expect(server.storeFolder).toBe(storeFolder);
});

test('a server does not outlive an owner that was killed', async () => {
  const { owner, server } = await startOwner();
  owner.kill('SIGKILL');
  await expect.poll(() => isRunning(server)).toBe(false);
});

test('a server that outlived its owner all the same is ended by the next start on its folder', async () => {
  const { owner, server } = await startOwner();
  for (const shell of await childrenOf(owner.pid as number, '/bin/sh')) process.kill(shell, 'SIGKILL');
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  expect(await isRunning(server)).toBe(true);
  await using next = await startTestNatsServer({ storeFolder });
  expect(await isRunning(server)).toBe(false);
  expect(next.pid).not.toBe(server.pid);
});

/** A process of its own that starts a server on the folder and waits. */
async function startOwner() {
  const script = `
    const { findNatsServer } = await import(process.argv[1] + '/find-nats-server.ts');
    const { startNatsServer } = await import(process.argv[1] + '/nats-process.ts');
    const { path: binary } = await findNatsServer({ environment: process.env });
    const server = await startNatsServer({ binary, storeFolder: process.argv[2] });
    console.log(server.pid);`;
  const toolchain = join(import.meta.dirname, '../../../../services/shared/toolchain');
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script, toolchain, storeFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  const server = (await identifyProcess(Number(line.toString()))) as ProcessIdentity;
  expect(server).toBeDefined();
  return { owner, server };
}

async function childrenOf(parent: number, program: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const ours = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return stat.slice(stat.lastIndexOf(')')).split(' ')[2] === String(parent) && command.startsWith(program) ? [pid] : [];
    }),
  );
  const found = ours.flat();
  expect(found).not.toEqual([]);
  return found;
}
