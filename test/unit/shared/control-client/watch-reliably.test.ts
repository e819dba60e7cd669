import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { InterruptedError } from '../../../../services/cli/interrupts.ts';
import { RestoreRequest } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { connectControl } from '../../../../services/shared/control-client/control-client.ts';
import {
  type ReliableWatch,
  type WatchUpdate,
  watchReliably,
} from '../../../../services/shared/control-client/watch-reliably.ts';
import { type FakeControlServer, type Scripted, startFakeControlServer } from '../../../support/fake-control-server.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

const { log } = continueRun(madeUpWorld(), madeUpConfiguration({ queryCount: 10, search: { maxRounds: 3 } }));
const never = new AbortController().signal;
const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0)) await release();
});

async function serve(script: readonly Scripted[], port = 0): Promise<FakeControlServer> {
  const server = await startFakeControlServer({ runId: 'r1', script, port });
  releases.push(() => server.stop());
  return server;
}

function connect(address: string, deadlineMs = 2_000) {
  const client = connectControl(address, { deadlineMs });
  releases.push(() => client.close());
  return client;
}

async function collect(address: string, watch: Partial<ReliableWatch> = {}, signal = never): Promise<WatchUpdate[]> {
  const settings = { runId: 'r1', afterSequence: 0, follow: false, patienceMs: 5_000, ...watch };
  const updates: WatchUpdate[] = [];
  for await (const update of watchReliably(connect(address), settings, signal)) {
    updates.push(update);
    if (update.kind === 'event' && update.logged.event?.body?.$case === 'runCompleted') break;
  }
  return updates;
}

const sequencesOf = (updates: readonly WatchUpdate[]): number[] =>
  updates.flatMap((update) => (update.kind === 'event' ? [update.logged.sequence] : []));
const inOrder = (script: readonly Scripted[]): number[] =>
  script.flatMap((scripted, index) => (scripted.kind === 'hang-up' || scripted.kind === 'progress' ? [] : [2 * (index + 1)]));

describe('watching a run', () => {
  test('gives every event once and in order, though the connection breaks again and again', async () => {
    const script: Scripted[] = log.flatMap((event, index) => (index % 9 === 2 ? [{ kind: 'hang-up' as const }, event] : [event]));
    const server = await serve(script);
    let reconnected = 0;
    const updates = await collect(server.address, { follow: true, onReconnect: async () => (reconnected += 1) });
    expect(sequencesOf(updates)).toEqual(inOrder(script));
    const breaks = script.filter(({ kind }) => kind === 'hang-up').length;
    expect(reconnected).toBe(breaks);
    expect(updates.filter(({ kind }) => kind === 'connection-lost')).toHaveLength(breaks);
  });

  test('asks only for what it has not seen', async () => {
    const server = await serve(log);
    const updates = await collect(server.address, { afterSequence: 6 });
    expect(sequencesOf(updates)).toEqual(inOrder(log).slice(3));
    expect(server.calls).toEqual(['WatchRun 6']);
  });

  test('without follow, ends where the log ends', async () => {
    const begun = log.slice(0, 5);
    const server = await serve(begun);
    expect(sequencesOf(await collect(server.address))).toEqual(inOrder(begun));
  });

  test('is given up when nothing answers for as long as the caller has patience', async () => {
    const server = await serve(log);
    await server.stop();
    await expect(collect(server.address, { patienceMs: 300 })).rejects.toMatchObject({
      name: 'ControlError',
      kind: 'unreachable',
    });
  });

  test('does not try again where trying again cannot help', async () => {
    const server = await serve(log);
    await expect(collect(server.address, { runId: 'r2', follow: true })).rejects.toMatchObject({
      kind: 'not-found',
      message: 'there is no run r2',
    });
    expect(server.calls).toHaveLength(1);
  });

  test('ends quietly when its signal aborts, even while nothing comes', async () => {
    const server = await serve(log.slice(0, 2));
    const updates = await collect(server.address, { follow: true }, AbortSignal.timeout(200));
    expect(sequencesOf(updates)).toEqual([2, 4]);
  });
});

describe('a call', () => {
  test('that nobody answers ends at its deadline as unreachable', async () => {
    const client = connect('127.0.0.1:1', 300);
    await expect(client.listRuns(never)).rejects.toMatchObject({
      kind: 'unreachable',
      call: 'ListRuns',
      message: expect.not.stringContaining('ListRuns'),
    });
  });

  test('is dropped when its signal aborts', async () => {
    const server = await serve(log);
    await expect(connect(server.address).listRuns(AbortSignal.abort())).rejects.toMatchObject({ kind: 'interrupted' });
    expect(server.calls).toEqual([]);
  });

  test.each([
    ['SIGINT', 'interrupted', /^the call to the coordinator at \S+ was given up: interrupted$/],
    ['SIGTERM', 'terminated', /^the call to the coordinator at \S+ was given up: ended by SIGTERM$/],
  ] as const)('that %s cuts in the middle is told as the signal is', async (by, kind, message) => {
    const silent = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const given = new AbortController();
    silent.once('connection', (socket) => {
      onTestFinished(() => void socket.destroy());
      given.abort(new InterruptedError(by));
    });
    const client = connect(`127.0.0.1:${(silent.address() as AddressInfo).port}`);
    await expect(client.listRuns(given.signal)).rejects.toMatchObject({
      name: 'ControlError',
      kind,
      message: expect.stringMatching(message),
    });
  });
});

test('a restore to a peer that accepts the connection and then says nothing ends after the deadline', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  silent.on('connection', (socket) => onTestFinished(() => void socket.destroy()));
  const client = connect(`127.0.0.1:${(silent.address() as AddressInfo).port}`, 300);
  async function* requests() {
    yield RestoreRequest.fromPartial({});
  }
  await expect(client.restore(requests(), never)).rejects.toMatchObject({
    name: 'ControlError',
    kind: 'unreachable',
    message: expect.stringContaining('does not answer (no connection within 0.3 s)'),
  });
});
