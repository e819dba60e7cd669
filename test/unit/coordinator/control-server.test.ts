import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { openAccess } from '../../../services/coordinator/access/access.ts';
import { type AuditCall, type AuditedCall, createAuditCall } from '../../../services/coordinator/access/audit-calls.ts';
import { openControlCredentials } from '../../../services/coordinator/access/control-credentials.ts';
import type { BackupHandlers } from '../../../services/coordinator/backup/backup-handlers.ts';
import type { AuditHandlers } from '../../../services/coordinator/control/audit-handlers.ts';
import type { ControlHandlers } from '../../../services/coordinator/control/control-handlers.ts';
import type { DeadLetterHandlers } from '../../../services/coordinator/control/dead-letter-handlers.ts';
import { startControlServer } from '../../../services/coordinator/control-server.ts';
import { RequestRefusedError } from '../../../services/coordinator/request-refused-error.ts';
import type { KeepingHandlers } from '../../../services/coordinator/retention/keeping-handlers.ts';
import type { SweepHandlers } from '../../../services/coordinator/sweeps/sweep-handlers.ts';
import type { ListRunsResponse, WatchRunResponse } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { connectControl } from '../../../services/shared/control-client/control-client.ts';
import { ControlError } from '../../../services/shared/control-client/control-error.ts';
import { ControlServiceClient } from '../../../services/shared/control-client/control-service-client.ts';
import { watchReliably } from '../../../services/shared/control-client/watch-reliably.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { BusError } from '../../../services/shared/messaging/errors.ts';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

const never = new AbortController().signal;
const progress: WatchRunResponse = {
  update: {
    $case: 'progress',
    value: { round: 1, phase: 'p', done: 0, total: 1, ahead: [], tokens: 0, trouble: 'x'.repeat(500) },
  },
};
const watching = { runId: 'r1', afterSequence: 0, follow: true };

async function serve(
  handlers: Partial<ControlHandlers>,
  token?: string,
  limits = { callsPerSecond: 1_000, callsAtOnce: 1_000 },
  audit?: AuditCall,
) {
  const logger = pino({ level: 'silent' });
  const access = await openAccess({ controlToken: token }, { timing: systemTiming, logger });
  const { credentials } = await openControlCredentials({}, { timing: systemTiming, logger });
  const settings = { address: '127.0.0.1:0', access, credentials, limits, messageBytes: 1024 ** 2, ...(audit && { audit }) };
  const server = await startControlServer(
    settings,
    handlers as ControlHandlers & SweepHandlers & DeadLetterHandlers & AuditHandlers & BackupHandlers & KeepingHandlers,
    logger,
  );
  const client = connectControl(`127.0.0.1:${server.port}`);
  releases.push(server.stop, client.close);
  return { server, client };
}

/** How many came, and how it ended; a stream that never ends fails by the test's own time. */
async function drain(responses: AsyncIterable<unknown>): Promise<{ count: number; end: unknown }> {
  let count = 0;
  try {
    for await (const _ of responses) count += 1;
  } catch (error) {
    return { count, end: error };
  }
  return { count, end: 'in order' };
}

describe('a server stream that fails', () => {
  test('at once ends with the status', async () => {
    const { client } = await serve({
      // biome-ignore lint/correctness/useYield: it fails before it has anything
      async *watchRun() {
        throw new RequestRefusedError('not-found', 'there is no run r1');
      },
      listExecutions: () => {
        throw new RequestRefusedError('not-found', 'there is no run r1');
      },
    });
    for (const responses of [client.watchRun(watching, never), client.listExecutions({ runId: 'r1', workflowHash: '' }, never)]) {
      const { count, end } = await drain(responses);
      expect(count).toBe(0);
      expect(end).toMatchObject({ kind: 'not-found', message: 'there is no run r1' });
    }
  });

  test.each([1, 7, 400])('after %i messages gives them all, and then the status', async (messages) => {
    const { client } = await serve({
      async *watchRun() {
        for (let sent = 0; sent < messages; sent += 1) yield progress;
        throw new BusError('follow events.v1.r1', 'the server does not allow it', { retryable: false });
      },
    });
    const { count, end } = await drain(client.watchRun(watching, never));
    expect(count).toBe(messages);
    expect(end).toBeInstanceOf(ControlError);
    expect(end).toMatchObject({ kind: 'failed', message: 'follow events.v1.r1: the server does not allow it' });
  });

  test('because the bus is away is worth another try, and does not say that the coordinator is away', async () => {
    const { client } = await serve({
      // biome-ignore lint/correctness/useYield: it fails before it has anything
      async *watchRun() {
        throw new BusError('read events.v1.r1', 'the server did not answer in time');
      },
    });
    const { end } = await drain(client.watchRun(watching, never));
    expect(end).toMatchObject({ kind: 'unreachable', message: 'read events.v1.r1: the server did not answer in time' });
  });

  test('again and again ends a patient watch with what was wrong', async () => {
    const { client } = await serve({
      async *watchRun() {
        yield progress;
        throw new Error('a defect');
      },
    });
    const losses: string[] = [];
    const follow = async () => {
      for await (const update of watchReliably(client, { ...watching, patienceMs: 800 }, never)) {
        if (update.kind === 'connection-lost') losses.push(update.message);
      }
    };
    await expect(follow()).rejects.toThrow(/^a defect$/);
    expect(losses.length).toBeGreaterThan(1);
    expect(new Set(losses)).toEqual(new Set(['a defect']));
  });
});

test.each([
  ['that is cut within an emoji', `${'x'.repeat(3_999)}\u{1f600}${'y'.repeat(9_000)}`, 6_000],
  ['that holds half an emoji', 'the reply "\ud83d" is no JSON', 20],
  ['in Chinese', '这个问题没有参考答案。'.repeat(800), 700],
])('a long refusal %s keeps its status and as much of its text as a header takes', async (_, message, atLeast) => {
  const { client } = await serve({
    // biome-ignore lint/correctness/useYield: it fails before it has anything
    async *watchRun() {
      throw new RequestRefusedError('bad-input', message);
    },
  });
  const { end } = await drain(client.watchRun(watching, never));
  expect(end).toMatchObject({ kind: 'bad-input' });
  const { message: said } = end as Error;
  expect(said.length).toBeGreaterThan(atLeast);
  expect(encodeURI(said).length).toBeLessThan(8_192 - 500);
  expect(message.toWellFormed()).toContain(said.slice(-300));
});

test('a stream that nobody reads any more is not read on from its source, which is told to end', async () => {
  let [given, isEnded] = [0, false];
  const { client } = await serve({
    // It does not look at its signal.
    async *watchRun() {
      try {
        for (; given < 100_000; given += 1) yield progress;
      } finally {
        isEnded = true;
      }
    },
  });
  for await (const _ of client.watchRun(watching, never)) break;
  await expect.poll(() => isEnded).toBe(true);
  // Only as many as fill the buffers of a connection.
  expect(given).toBeLessThan(10_000);
});

// grpc-js 1.14.7 has no time limit for making a connection: without ours, the stream would never end.
test('a stream to somebody who takes the connection and says nothing ends as unreachable', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const client = connectControl(`127.0.0.1:${(silent.address() as AddressInfo).port}`, { deadlineMs: 300 });
  releases.push(
    client.close,
    () => silent.close(),
    () => sockets.forEach((socket) => void socket.destroy()),
  );
  const { count, end } = await drain(client.watchRun(watching, never));
  expect(count).toBe(0);
  expect(end).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('no connection within 0.3 s') });
});

describe('a coordinator that stops', () => {
  test('does not let half a list pass for the whole one', async () => {
    const { server, client } = await serve({
      async *listExecutions(_request, signal) {
        yield { workflowHash: 'w', queryIndex: 0, repeat: 0, result: undefined };
        while (!signal.aborted) await sleep(5);
      },
    });
    const listing = drain(client.listExecutions({ runId: 'r1', workflowHash: '' }, never));
    await sleep(100);
    await server.stop();
    expect(await listing).toMatchObject({ count: 1, end: { kind: 'unreachable', message: 'the coordinator is stopping' } });
  });
});

test('with a token set, calls and streams that do not show it are refused, and do nothing', async () => {
  const asked: string[] = [];
  const { server, client: none } = await serve(
    {
      listRuns: async () => {
        asked.push('list');
        return { runs: [] };
      },
      async *watchRun() {
        asked.push('watch');
        yield progress;
      },
    },
    'the-token-of-this-cluster',
  );
  const withToken = (token: string) => {
    const client = connectControl(`127.0.0.1:${server.port}`, { token });
    releases.push(client.close);
    return client;
  };
  for (const client of [none, withToken('the-token-of-that-cluster'), withToken('')]) {
    await expect(client.listRuns(never)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching('set SCALE_TOKEN_FILE to a file with a token, or SCALE_CONTROL_TOKEN to the token'),
    });
    expect(await drain(client.watchRun(watching, never))).toMatchObject({ count: 0, end: { kind: 'refused' } });
  }
  expect(asked).toEqual([]);
  const owner = withToken('the-token-of-this-cluster');
  expect(await owner.listRuns(never)).toEqual({ runs: [] });
  expect(await drain(owner.watchRun(watching, never))).toEqual({ count: 1, end: 'in order' });
  expect(asked).toEqual(['list', 'watch']);
});

test('a call that the coordinator cannot answer in time is told what it waits for, before its caller gives up', async () => {
  const { server } = await serve({
    listRuns: () => new Promise(() => undefined),
    trouble: () => 'list: the server did not answer in time',
  });
  const client = connectControl(`127.0.0.1:${server.port}`, { deadlineMs: 2_000 });
  releases.push(client.close);
  await expect(client.listRuns(never)).rejects.toThrow(/waiting for the NATS server: list: the server did not answer in time/);
});

test('whoever lists runs while there is no connection to NATS is told after three seconds; a short gap is waited for', async () => {
  let isCutOff = true;
  let looks = 0;
  const listed = Promise.withResolvers<ListRunsResponse>();
  const { client } = await serve({
    listRuns: () => listed.promise,
    trouble: () => 'reach NATS: the connection to the server is lost',
    isCutOff: () => {
      looks += 1;
      return isCutOff;
    },
  });
  // Its own deadline would be fifteen seconds.
  await expect(client.listRuns(never)).rejects.toThrow(/waiting for the NATS server: reach NATS: the connection .* is lost/);
  expect(looks).toBe(3);
  const patient = client.listRuns(never);
  await expect.poll(() => looks).toBe(5);
  isCutOff = false;
  await expect.poll(() => looks).toBe(7);
  listed.resolve({ runs: [] });
  expect(await patient).toEqual({ runs: [] });
});

describe('limits', () => {
  test('a client that calls too often or has too many calls open is told the limit by the wire, and ours tries again', async () => {
    const ends: (() => void)[] = [];
    const handlers: Partial<ControlHandlers> = {
      listRuns: async () => ({ runs: [] }),
      async *watchRun() {
        yield progress;
        await new Promise<void>((resolve) => ends.push(resolve));
      },
    };
    const { server, client } = await serve(handlers, undefined, { callsPerSecond: 20, callsAtOnce: 3 });
    // Twice the rate at once, and then 20 in a second: without another try, some would fail.
    await Promise.all(Array.from({ length: 3 }, () => Promise.all(Array.from({ length: 20 }, () => client.listRuns(never)))));
    const streams = Array.from({ length: 3 }, () => drain(client.watchRun(watching, never)));
    await expect.poll(() => ends.length).toBe(3);
    const fourth = drain(client.watchRun(watching, never));

    const bare = new ControlServiceClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
    const refusal = await new Promise<ServiceError | null>((resolve) => bare.listRuns({}, (error) => resolve(error)));
    bare.close();
    expect(refusal).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: 'anyone at 127.0.0.1 has 3 calls under way, and may have 3 (SCALE_CONTROL_CALLS_AT_ONCE)',
    });
    ends.splice(0).forEach((end) => void end());
    expect(await Promise.all(streams)).toEqual(Array.from({ length: 3 }, () => ({ count: 1, end: 'in order' })));
    await expect.poll(() => ends.length).toBe(1);
    ends.forEach((end) => void end());
    expect(await fourth).toEqual({ count: 1, end: 'in order' });
  });

  test('a call that is refused until its time is up fails with the limit', async () => {
    const { server, client } = await serve(
      {
        watchRun: async function* () {
          yield progress;
          await new Promise(() => undefined);
        },
      },
      undefined,
      { callsPerSecond: 100, callsAtOnce: 1 },
    );
    const watched = client.watchRun(watching, never)[Symbol.asyncIterator]();
    await watched.next();
    const hasty = connectControl(`127.0.0.1:${server.port}`, { deadlineMs: 600 });
    releases.push(hasty.close);
    await expect(hasty.listRuns(never)).rejects.toMatchObject({
      // A watch goes on trying.
      kind: 'unreachable',
      message: expect.stringMatching(/may have 1 \(SCALE_CONTROL_CALLS_AT_ONCE\)/),
    });
    await watched.return?.();
  });

  test('a message above the limit is refused in both directions, with its size and the setting', async () => {
    const long = 'x'.repeat(2 * 1024 ** 2);
    const { client } = await serve({ forgetMemory: async () => ({ runIds: [long] }) });
    const message =
      /a message of 2\.0 MiB is larger than the 1\.0 MiB that the coordinator allows \(its SCALE_CONTROL_MESSAGE_MB\)/;
    for (const runIds of [['short'], [long]]) {
      const refusal = { kind: 'refused', message: expect.stringMatching(message) };
      await expect(client.forgetMemory(runIds, never)).rejects.toMatchObject(refusal);
    }
  });
});

test('a handler learns who calls from the token, whatever the client says of itself', async () => {
  const callers: string[] = [];
  const token = 'a-token-of-the-owner-of-this-test';
  const { server } = await serve(
    {
      startRun: async (_request, caller = '') => {
        callers.push(caller);
        return { runId: 'r1', continued: false, status: 1 };
      },
    },
    token,
  );
  const client = new ControlServiceClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
  releases.push(() => client.close());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  metadata.set('scale-caller', 'somebody-else');
  const request = { configuration: undefined, benchmark: undefined, endpoints: [], maxInFlight: 0, simulated: true };
  await new Promise<void>((resolve, reject) => {
    client.startRun(request, metadata, (error) => (error ? reject(error) : resolve()));
  });
  expect(callers).toEqual(['SCALE_CONTROL_TOKEN']);
});

test('calls that change something are told to the audit log before they are answered, and those that only look are not', async () => {
  const told: AuditedCall[] = [];
  let isStored = false;
  const { client } = await serve(
    {
      pauseRun: async (runId) => {
        if (runId === 'r2') throw new RequestRefusedError('conflict', 'run r2 has already ended');
        return { status: 2 };
      },
      listMemory: async () => ({ kept: [] }),
    },
    undefined,
    undefined,
    async (call) => {
      told.push(call);
      await sleep(50);
      isStored = true;
    },
  );
  await client.pauseRun('r1', 'for the night', never);
  expect(isStored).toBe(true);
  await client.listMemory(never);
  await expect(client.pauseRun('r2', '', never)).rejects.toThrow('already ended');
  expect(told).toMatchObject([
    { caller: 'anyone', role: 'admin', address: '127.0.0.1', method: 'PauseRun', code: 'OK', request: { runId: 'r1' } },
    { method: 'PauseRun', code: 'FAILED_PRECONDITION', request: { runId: 'r2' } },
  ]);
});

test('an entry of the audit log names run, caller and what was asked; one that cannot be stored holds nobody up', async () => {
  const stored: unknown[] = [];
  const errors: unknown[] = [];
  const call: AuditedCall = {
    ...{ caller: 'ann', role: 'run', address: '10.0.0.1', method: 'StartRun', code: 'OK' },
    request: { configuration: { seed: 1 }, benchmark: {}, simulated: true, reason: '' },
    answered: { runId: 'r7' },
  };
  const logger = { error: (...said: unknown[]) => void errors.push(said) } as never;
  const parts = { timing: systemTiming, logger, coordinator: 'c1' };
  const read = async function* () {};
  await createAuditCall({ audit: { append: async (entry) => void stored.push(entry), read } }, parts)(call);
  expect(stored).toMatchObject([{ caller: 'ann', target: 'r7', asked: '{"simulated":true}', coordinator: 'c1', code: 'OK' }]);
  await createAuditCall({ audit: { append: () => Promise.reject(new Error('full')), read } }, parts)(call);
  expect(errors).toHaveLength(1);
  const began = performance.now();
  await createAuditCall(
    { audit: { append: () => new Promise(() => undefined), read } },
    parts,
  )({
    ...call,
    answered: { runId: 'not an id' },
  });
  expect(performance.now() - began).toBeGreaterThan(1_500);
});
