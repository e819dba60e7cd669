import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { startTestNatsServer } from '../../../support/nats-server.ts';

const services = join(import.meta.dirname, '../../../../services');
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly health?: string;
}

function startService(room: string, natsUrl: string) {
  const own = { SCALE_NATS_URL: natsUrl, SCALE_HEALTH_PORT: '0', SCALE_CONTROL_PORT: '0', SCALE_PARENT_LEASH: 'none' };
  const child = spawn(process.execPath, [join(services, room, 'main.ts')], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, SCALE_HEALTH_HOST: '127.0.0.1', ...own },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  const lines: Line[] = [];
  let text = '';
  (child.stderr as Readable).setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const complete = text.split('\n');
    text = complete.pop() ?? '';
    lines.push(...complete.map((line) => JSON.parse(line) as Line));
  });
  const health = async (): Promise<string> => {
    await expect.poll(() => lines.find((line) => line.health !== undefined)).toBeDefined();
    return lines.find((line) => line.health !== undefined)?.health ?? '';
  };
  return { child, lines, health, exited: once(child, 'exit') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

test('services that start before NATS are alive, say again and again what they wait for, and go on when it is there', async () => {
  const port = await freePort();
  const natsUrl = `nats://127.0.0.1:${port}`;
  const started = ['coordinator', 'executor', 'predictor'].map((room) => startService(room, natsUrl));
  const urls = await Promise.all(started.map(({ health }) => health()));
  for (const url of urls) {
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    await expect
      .poll(async () => await (await fetch(`${url}/readyz`)).json())
      .toEqual({
        ready: false,
        state: 'starting',
        checks: {
          bus: expect.stringMatching(new RegExp(`connect to NATS: connect to ${natsUrl}: .*refused.* \\(for \\d+ s\\)`, 'i')),
        },
      });
  }
  for (const { lines } of started) {
    const waiting = () => lines.filter(({ level, msg }) => level === 'warn' && /waiting for NATS: .*refused/i.test(msg)).length;
    await expect.poll(waiting, { interval: 250 }).toBeGreaterThan(1);
  }
  await using _server = await startTestNatsServer({ port });
  for (const url of urls) {
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
  }
  for (const { child, exited } of started) {
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  }
});

test('a service that is asked to end while it waits for NATS ends', async () => {
  const { child, health, exited } = startService('predictor', `nats://127.0.0.1:${await freePort()}`);
  await health();
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
