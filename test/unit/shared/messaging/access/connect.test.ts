import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { systemTiming } from '../../../../../services/shared/lifecycle/timing.ts';
import { connectNats } from '../../../../../services/shared/messaging/access/connect.ts';
import { openNatsAccess } from '../../../../../services/shared/messaging/access/nats-access.ts';
import { askAdmission } from '../../../../../services/shared/messaging/access/nats-admission.ts';
import { BusError, UnsupportedServerError } from '../../../../../services/shared/messaging/errors.ts';
import { createWaits } from '../../../../../services/shared/messaging/waits.ts';

const logger = pino({ level: 'silent' });

/** Says hello as a NATS server of that kind does, and answers pings. */
async function startPretender(info: Record<string, unknown>, answer = 'PONG\r\n') {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(`INFO ${JSON.stringify({ server_id: 'x', proto: 1, max_payload: 1_048_576, headers: true, ...info })}\r\n`);
    socket.on('data', (bytes) => bytes.toString().includes('PING') && socket.write(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}

const connectTo = (url: string, deadlineMs = 2_000) =>
  connectNats({
    access: openNatsAccess([url], {}, logger),
    name: 'test',
    inboxPrefix: '_INBOX',
    logger,
    deadlineMs,
    waits: createWaits(logger, systemTiming),
  });

test('a server that loses streams when it is killed is refused, with its version and what to do', async () => {
  await using old = await startPretender({ version: '2.9.10', jetstream: true });
  const error = await connectTo(old.url).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UnsupportedServerError);
  expect((error as Error).message).toBe(
    `connect to ${old.url}: nats-server 2.9.10 is too old: below 2.10.23 a killed server can lose its streams. Install a newer one`,
  );
});

test.each([
  ['Authentication Timeout', true],
  ['Authorization Violation', false],
])('a server that says "%s" is waited for: %s', async (answer, isWaitedFor) => {
  await using busy = await startPretender({ version: '2.11.0', jetstream: true }, `-ERR '${answer}'\r\n`);
  const outcome = await askAdmission(busy.url, openNatsAccess([busy.url], {}, logger));
  expect(outcome === undefined).toBe(isWaitedFor);
});

test('a server without JetStream is refused, with what to do', async () => {
  await using plain = await startPretender({ version: '2.10.27' });
  await expect(connectTo(plain.url)).rejects.toThrow(/without JetStream. Start it with -js/);
});

test('a server that takes only small messages is refused before anything is sent, with what to do', async () => {
  await using small = await startPretender({ version: '2.11.0', jetstream: true, max_payload: 65_536 });
  await expect(connectTo(small.url)).rejects.toThrow(
    /at most 65536 bytes, and there are some of up to 655360. Raise max_payload in its configuration/,
  );
});

test('a server that suits is accepted', async () => {
  await using suitable = await startPretender({ version: '2.11.0', jetstream: true });
  await (await connectTo(suitable.url)).close();
});

test('no server at all is an error that names the address, after the deadline', async () => {
  const pretender = await startPretender({ version: '2.11.0', jetstream: true });
  await pretender[Symbol.asyncDispose]();
  const asked = performance.now();
  const error = await connectTo(pretender.url, 400).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(BusError);
  expect((error as Error).message).toContain(pretender.url);
  expect(performance.now() - asked).toBeLessThan(15_000);
});
