import { createServer, type Server, type ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import type { AttemptMeter } from '../../../services/shared/models/attempt-meter.ts';
import { createOpenAiEndpoint } from '../../../services/shared/models/endpoint/openai-endpoint.ts';
import type { EndpointRequest } from '../../../services/shared/models/model-endpoint.ts';
import { createEndpointPool } from '../../../services/shared/models/pool/endpoint-pool.ts';
import { endpointSettings } from '../../../services/shared/models/settings/endpoint-settings.ts';
import { type ProxySettings, proxySettings } from '../../../services/shared/models/settings/proxy-settings.ts';
import { answer, startFaultyEndpoint } from '../../support/faulty-endpoint.ts';
import { localhostCertificate, trustLocalhost } from '../../support/tls-fixture.ts';

const never = new AbortController().signal;
const request: EndpointRequest = {
  model: 'test-model',
  messages: [{ role: 'user', content: 'How many?' }],
  temperature: 0,
  topP: 1,
  maxTokens: 64,
  seed: undefined,
  chatTemplateKwargs: {},
  jobId: 'j',
  callId: 'c',
};

beforeAll(trustLocalhost);

interface PoolWish {
  readonly baseUrl: string;
  readonly http2?: boolean;
  readonly proxies?: ProxySettings;
}

function poolOf({ baseUrl, http2 = false, proxies }: PoolWish) {
  const endpoint = { model: 'test-model', baseUrl, apiKeyVariable: '', maxConcurrency: 24, timeoutMs: 10_000, http2 };
  const pool = createEndpointPool({
    model: 'test-model',
    endpoints: [createOpenAiEndpoint(endpointSettings(endpoint, {}), systemTiming, proxies)],
    timing: systemTiming,
    random: Math.random,
  });
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.close() });
}

/** A gateway that speaks both, and ends an HTTP/2 connection in good order after so many calls, as nginx does after 1,000. */
async function startGateway(callsPerConnection: number) {
  const answered = new Map<string, number>();
  const versions = new Set<string>();
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  const lastOf = new WeakMap<object, number>();
  const isWithinLast = ({ session, id = 0 }: ServerHttp2Stream): boolean =>
    session !== undefined && id <= (lastOf.get(session) ?? Number.POSITIVE_INFINITY);
  const serve = (incoming: Http2ServerRequest, response: Http2ServerResponse): void => {
    versions.add(incoming.httpVersion);
    // Node still hands out what comes after the end that it has announced.
    if (incoming.httpVersion === '2.0' && !isWithinLast(incoming.stream)) return;
    const id = String(incoming.headers['x-scale-call-id']);
    incoming.resume();
    incoming.on('end', () => {
      // A pool also asks for the server's metrics, the more often the longer its calls take.
      if (incoming.method === 'POST') answered.set(id, (answered.get(id) ?? 0) + 1);
      setTimeout(() => void answer(id)(response as never, { body: { stream: true } } as never), 3);
    });
  };
  const server = createSecureServer({ ...localhostCertificate, allowHTTP1: true }, serve);
  server.on('connection', (socket) => sockets.add(socket));
  server.on('session', (session) => {
    sessions.add(session);
    let calls = 0;
    session.on('stream', (stream) => {
      calls += 1;
      if (calls !== callsPerConnection) return;
      lastOf.set(session, stream.id ?? 0);
      session.goaway(0, stream.id);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    answered,
    versions,
    sessions,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

test('where a server offers HTTP/2 unasked, HTTP/1.1 is spoken', async () => {
  await using gateway = await startGateway(1_000);
  await using pool = poolOf(gateway);
  expect(await pool.complete({ ...request, callId: 'one' }, 'w', never)).toMatchObject({ text: 'one' });
  expect([...gateway.versions]).toEqual(['1.1']);
});

test('a gateway that ends its HTTP/2 connections in good order costs no call, no failure and no second answer', async () => {
  await using gateway = await startGateway(20);
  await using pool = poolOf({ ...gateway, http2: true });
  const caller = async (name: number): Promise<void> => {
    for (let call = 0; call < 25; call += 1) {
      const callId = `${name}-${call}`;
      expect(await pool.complete({ ...request, callId }, 'w', never)).toMatchObject({ text: callId, attempts: 1 });
    }
  };
  await Promise.all(Array.from({ length: 24 }, (_, name) => caller(name)));
  expect([...gateway.versions]).toEqual(['2.0']);
  expect(gateway.sessions.size).toBeGreaterThan(10);
  expect(pool.health()[0]).toMatchObject({ calls: 600, state: 'closed', limit: 24 });
  expect(pool.health()[0]?.failures).toEqual({});
  expect(Math.max(...gateway.answered.values())).toBe(1);
});

test('what a gateway answers on one connection is never asked twice because another one is ended', async () => {
  const received: string[] = [];
  const sessions: ServerHttp2Session[] = [];
  const begun: string[] = [];
  const allBegun = Promise.withResolvers<void>();
  const secondEnded = Promise.withResolvers<void>();
  const server = createSecureServer(localhostCertificate, (incoming, response) => {
    const id = String(incoming.headers['x-scale-call-id']);
    const { stream } = incoming;
    const place = sessions.indexOf(stream.session as ServerHttp2Session);
    received.push(id);
    stream.on('error', () => undefined);
    incoming.resume();
    incoming.on('end', async () => {
      const reply = answer(id);
      if (id.startsWith('early')) {
        if (received.filter((each) => each.startsWith('early')).length === 5) {
          stream.session?.goaway(0, stream.id);
          allBegun.resolve();
        }
        await secondEnded.promise;
      }
      if (id === 'late' && place === 1) {
        stream.session?.goaway(0, stream.id);
        secondEnded.resolve();
      }
      if (!stream.destroyed) void reply(response as never, { body: { stream: true } } as never);
    });
  });
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await using pool = poolOf({ baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, http2: true });
  const meter: AttemptMeter = { begin: async ({ callId }) => ({ id: String(begun.push(callId)), ended: () => undefined }) };
  const ask = (callId: string) => pool.complete({ ...request, callId, meter }, 'w', never);
  await ask('first');
  const early = ['early-1', 'early-2', 'early-3', 'early-4', 'early-5'].map(ask);
  await allBegun.promise;
  const replies = await Promise.all([...early, ask('late')]);
  expect(replies.map(({ text }) => text).sort()).toEqual(['early-1', 'early-2', 'early-3', 'early-4', 'early-5', 'late']);
  // Whatever came is on record, so that it is paid for.
  const times = (list: readonly string[], id: string): number => list.filter((each) => each === id).length;
  expect(received.filter((id) => times(received, id) > times(begun, id))).toEqual([]);
  for (const session of sessions) session.destroy();
  server.close();
});

test('a kept connection that the server has just closed is no failure', async () => {
  const served = new WeakSet<Socket>();
  let closes = 0;
  await using server = await startFaultyEndpoint(async (response, received) => {
    const { socket } = response;
    if (socket && served.has(socket) && closes === 0) {
      closes += 1;
      socket.destroy();
      return;
    }
    if (socket) served.add(socket);
    await answer('Seven.')(response, received);
  });
  await using pool = poolOf(server);
  for (let call = 0; call < 100 && closes === 0; call += 1) {
    expect(await pool.complete(request, 'w', never)).toMatchObject({ text: 'Seven.', attempts: 1 });
  }
  expect(closes).toBe(1);
  expect(pool.health()[0]?.failures).toEqual({});
});

test('a server that closes each connection instead of answering is not asked for ever', async () => {
  await using server = await startFaultyEndpoint(answer('Seven.'), (response) => void response.socket?.destroy());
  await using pool = poolOf(server);
  await pool.complete(request, 'w', never);
  await expect(pool.complete(request, 'w', never)).rejects.toMatchObject({ name: 'InfrastructureError', problem: 'unavailable' });
  expect(server.requests.length).toBeLessThan(10);
});

test.each(['gzip', 'br', 'zstd', 'identity'])('a stream in %s that is over leaves no connection behind', async (coding) => {
  const make = { gzip: createGzip, br: createBrotliCompress, zstd: createZstdCompress, identity: () => new PassThrough() }[
    coding
  ];
  const open = new Set<ServerResponse>();
  await using server = await startFaultyEndpoint((response, { body }) => {
    if (body === undefined) return void response.writeHead(404).end();
    open.add(response.on('close', () => open.delete(response)));
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': coding });
    const encoder = make?.();
    encoder?.pipe(response);
    const chunks = [{ delta: { content: 'Seven.' } }, { delta: {}, finish_reason: 'stop' }].map((each) => ({ choices: [each] }));
    const figures = { choices: [], usage: { prompt_tokens: 11, completion_tokens: 5 } };
    for (const each of [...chunks, figures]) encoder?.write(`data: ${JSON.stringify(each)}\n\n`);
    // The server does not end it.
    encoder?.write('data: [DONE]\n\n');
    if (encoder !== undefined && 'flush' in encoder) encoder.flush();
  });
  await using pool = poolOf(server);
  for (let call = 0; call < 3; call += 1)
    expect(await pool.complete(request, 'w', never)).toMatchObject({ text: 'Seven.', attempts: 1 });
  await expect.poll(() => open.size).toBe(0);
});

/** Sends whatever host it is asked for to this machine's port. */
async function startProxy(port: number) {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const target = connect(port, '127.0.0.1');
    const { pathname } = new URL(incoming.url ?? '');
    target.write(`${incoming.method} ${pathname} HTTP/1.1\r\n`);
    const headers = Object.entries({ ...incoming.headers, connection: 'close' });
    target.write(`${headers.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n`);
    incoming.pipe(target, { end: false });
    target.pipe(response.socket as Socket);
  });
  server.on('connect', (incoming, socket: Socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    for (const end of [socket, target]) end.on('error', () => end.destroy());
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const portOf = (baseUrl: string): number => Number(new URL(baseUrl).port);

test('an endpoint that only the proxy of HTTP_PROXY can reach is reached through it', async () => {
  await using server = await startFaultyEndpoint(answer('Seven.'));
  await using proxy = await startProxy(portOf(server.baseUrl));
  const proxies = proxySettings({ HTTP_PROXY: proxy.url });
  await using pool = poolOf({ baseUrl: 'http://models.internal.invalid/v1', proxies });
  expect(await pool.complete(request, 'w', never)).toMatchObject({ text: 'Seven.', attempts: 1 });
  expect(proxy.asked).toEqual(['POST http://models.internal.invalid/v1/chat/completions']);
});

test('an https endpoint is reached through a tunnel of the proxy of HTTPS_PROXY', async () => {
  await using gateway = await startGateway(1_000);
  await using proxy = await startProxy(portOf(gateway.baseUrl));
  const proxies = proxySettings({ https_proxy: proxy.url });
  await using pool = poolOf({ baseUrl: 'https://models.internal.test/v1', proxies });
  expect(await pool.complete({ ...request, callId: 'one' }, 'w', never)).toMatchObject({ text: 'one' });
  expect(proxy.asked).toEqual(['CONNECT models.internal.test:443']);
  expect([...gateway.versions]).toEqual(['1.1']);
});

test('a port that browsers refuse is none that a model may not have', async () => {
  await using server = await startFaultyEndpoint(answer('Seven.'));
  let port = 0;
  const forwarder = createTcpServer((socket) => socket.pipe(connect(portOf(server.baseUrl), '127.0.0.1')).pipe(socket));
  for (const refused of [6000, 6566, 6665, 6666, 6667, 10080]) {
    port ||= await new Promise<number>((resolve) => {
      forwarder.once('error', () => resolve(0));
      forwarder.listen(refused, '127.0.0.1', () => resolve(refused));
    });
  }
  await using pool = poolOf({ baseUrl: `http://127.0.0.1:${port}/v1` });
  expect(await pool.complete(request, 'w', never)).toMatchObject({ text: 'Seven.' });
  expect(server.requests[0]?.headers.host).toBe(`127.0.0.1:${port}`);
  forwarder.close();
});

test('this machine is reached without a proxy', async () => {
  await using server = await startFaultyEndpoint(answer('Seven.'));
  await using proxy = await startProxy(1);
  await using pool = poolOf({ ...server, proxies: proxySettings({ HTTP_PROXY: proxy.url }) });
  expect(await pool.complete(request, 'w', never)).toMatchObject({ text: 'Seven.' });
  expect(proxy.asked).toEqual([]);
});
