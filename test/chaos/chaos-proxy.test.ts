import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { type ChaosProxy, startChaosProxy } from '../support/faults/chaos-proxy.ts';

const open: { destroy(): void }[] = [];
const servers: net.Server[] = [];
const proxies: ChaosProxy[] = [];
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  await Promise.all(proxies.splice(0).map((proxy) => proxy[Symbol.asyncDispose]()));
});

/** A server that says everything back, behind a proxy, and a client of it. */
async function echoBehindProxy(seed?: number) {
  const server = net.createServer((socket) => {
    open.push(socket.on('error', () => undefined));
    socket.pipe(socket);
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const proxy = await startChaosProxy({ port: (server.address() as net.AddressInfo).port }, seed);
  proxies.push(proxy);
  const connect = async () => {
    const socket = net.connect(proxy.port, '127.0.0.1');
    open.push(socket);
    const heard: Buffer[] = [];
    let ended = '';
    socket.on('data', (bytes) => heard.push(bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      ended = error.code ?? 'error';
    });
    socket.on('close', () => {
      ended ||= 'closed';
    });
    await once(socket, 'connect').catch(() => undefined);
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await sleep(5);
    };
    return {
      say: (text: string) => socket.write(text),
      heard: () => Buffer.concat(heard).toString(),
      ended: () => ended,
      untilHeard: (length: number) => until(() => Buffer.concat(heard).length >= length),
      untilEnded: () => until(() => ended !== ''),
    };
  };
  return { proxy, connect };
}

it('carries bytes both ways, and goes on after bad weather', async () => {
  const { proxy, connect } = await echoBehindProxy();
  const client = await connect();
  client.say('one');
  await client.untilHeard(3);
  proxy.weather({ blackHole: 'from-server' });
  client.say('late');
  await sleep(50);
  expect(client.heard()).toBe('one');
  proxy.weather({});
  client.say('two');
  await client.untilHeard(10);
  expect(client.heard()).toBe('onelatetwo');
  expect(client.ended()).toBe('');
});

it('is late and slow as told, and never out of order', async () => {
  const { proxy, connect } = await echoBehindProxy();
  const client = await connect();
  proxy.weather({ latencyMs: 40, jitterMs: 60, bytesPerSecond: 20_000 });
  const began = performance.now();
  const words = Array.from({ length: 40 }, (_, index) => `${String(index).padStart(2, '0')}${'.'.repeat(48)}`);
  for (const word of words) {
    client.say(word);
    await sleep(1);
  }
  await client.untilHeard(2_000);
  expect(client.heard()).toBe(words.join(''));
  // Twice the latency, and 2,000 bytes at that rate: both are lower bounds.
  expect(performance.now() - began).toBeGreaterThan(180);
});

it('resets, turns away, and cuts in mid-message', async () => {
  const { proxy, connect } = await echoBehindProxy();
  const first = await connect();
  proxy.reset();
  await first.untilEnded();
  expect(first.ended()).toBe('ECONNRESET');

  const second = await connect();
  proxy.cutAfter(10);
  second.say('x'.repeat(20));
  await second.untilEnded();
  expect(second.heard().length).toBeLessThan(20);

  proxy.weather({ refuses: true });
  const third = await connect();
  await third.untilEnded();
  expect(third.heard()).toBe('');
});

it('leaves a client with a half of a connection', async () => {
  const { proxy, connect } = await echoBehindProxy();
  const client = await connect();
  client.say('one');
  await client.untilHeard(3);
  proxy.halfOpen();
  client.say('two');
  await sleep(50);
  expect([client.heard(), client.ended()]).toEqual(['one', '']);
});

it('cuts the same pieces with the same seed', async () => {
  const piecesUntilCut = async (seed: number) => {
    const { proxy, connect } = await echoBehindProxy(seed);
    const client = await connect();
    proxy.weather({ cutShare: 0.1 });
    let pieces = 0;
    while (client.ended() === '') {
      client.say('0123456789');
      pieces += 1;
      const before = client.heard().length;
      while (client.ended() === '' && client.heard().length < before + 10) await sleep(1);
    }
    return pieces;
  };
  const [once, again] = [await piecesUntilCut(7), await piecesUntilCut(7)];
  expect(again).toBe(once);
});
