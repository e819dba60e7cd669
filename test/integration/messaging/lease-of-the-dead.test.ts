import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { startTestNatsServer } from '../../support/nats-server.ts';

const messaging = join(import.meta.dirname, '../../../services/shared/messaging');
/** Far longer than the test may take. */
const leaseTtlMs = 600_000;

/** Connects as any service does, takes the lease, says its epoch, and keeps it. */
const holder = (url: string) => `import { connectBus } from '${messaging}/nats-bus.ts';
const logger = { child: () => logger, debug() {}, info() {}, warn() {}, error() {} };
const bus = await connectBus({ servers: ['${url}'], name: 'holder', logger, deadlineMs: 30_000, leaseTtlMs: ${leaseTtlMs} });
process.send((await bus.leases.acquire('a-run', 'holder')).epoch);
setInterval(() => {}, 1_000);
`;

test('the lease of a process that was killed on this machine is free at once, that of one that lives is not', async () => {
  await using server = await startTestNatsServer();
  const folder = await mkdtemp(join(tmpdir(), 'scale-lease-'));
  const script = join(folder, 'holder.ts');
  await writeFile(script, holder(server.url));
  const child = fork(script, [], { execArgv: [] });
  const [epoch] = (await once(child, 'message')) as [number];
  const logger = pino({ level: 'silent' });
  const bus = await connectBus({ servers: [server.url], name: 'next', logger, deadlineMs: 30_000, leaseTtlMs });
  expect(await bus.leases.acquire('a-run', 'next')).toBeUndefined();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lease = await bus.leases.acquire('a-run', 'next');
  expect(lease?.epoch).toBeGreaterThan(epoch);
  expect(await bus.leases.holding('a-run')).toBe(lease?.id);
  expect(await bus.leases.acquire('a-run', 'another')).toBeUndefined();
  await bus.close();
  await rm(folder, { recursive: true, force: true });
});
