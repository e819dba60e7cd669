import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { findNatsServer } from '../../services/shared/toolchain/find-nats-server.ts';
import {
  type NatsServerProcess,
  type NatsServerSettings,
  startNatsServer,
} from '../../services/shared/toolchain/nats-process.ts';

export interface TestNatsServer extends NatsServerProcess {
  readonly storeFolder: string;
}

const running = new Set<TestNatsServer>();

// Importing this file is what arms the check: a server that a test forgot fails the test file instead of the machine.
afterAll(async () => {
  const forgotten = [...running];
  await Promise.all(forgotten.map((server) => server.kill()));
  if (forgotten.length > 0) throw new Error(`${forgotten.length} nats-server was not stopped by its test`);
});

/**
 * A real server on free ports: `await using server = await startTestNatsServer()`. Its folder is a new one that goes with it,
 * unless one is given, as a test of restarts does; that one is the caller's to remove.
 */
export async function startTestNatsServer(settings: Partial<NatsServerSettings> = {}): Promise<TestNatsServer> {
  const binary = settings.binary ?? (await findNatsServer({ environment: process.env })).path;
  const storeFolder = settings.storeFolder ?? (await mkdtemp(join(tmpdir(), 'scale-nats-')));
  const server = await startNatsServer({ ...settings, binary, storeFolder });
  const gone = server.exited.then(async () => {
    running.delete(started);
    if (settings.storeFolder === undefined) await rm(storeFolder, { recursive: true, force: true });
  });
  const ending = (end: () => Promise<void>) => async () => {
    await end();
    await gone;
  };
  const stop = ending(server.stop);
  const started = { ...server, storeFolder, stop, kill: ending(server.kill), [Symbol.asyncDispose]: stop };
  running.add(started);
  return started;
}
