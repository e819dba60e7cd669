import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../../services/shared/models/endpoint/openai-endpoint.ts';
import type { EndpointRequest } from '../../../services/shared/models/model-endpoint.ts';
import { endpointSettings } from '../../../services/shared/models/settings/endpoint-settings.ts';
import { type ProxySettings, proxySettings } from '../../../services/shared/models/settings/proxy-settings.ts';
import { localhostCertificate } from '../../support/tls-fixture.ts';

const request = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], maxTokens: 1, chatTemplateKwargs: {} };

async function listening(server: Server): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function failureAt(baseUrl: string, proxies?: ProxySettings): Promise<unknown> {
  const settings = endpointSettings({ model: 'm', baseUrl, apiKeyVariable: '', maxConcurrency: 2, timeoutMs: 5_000 }, {});
  const endpoint = createOpenAiEndpoint(settings, systemTiming, proxies);
  const signal = new AbortController().signal;
  const failure = await endpoint.complete(request as unknown as EndpointRequest, signal).catch((error: unknown) => error);
  await endpoint.close();
  return failure;
}

const toMend = (message: RegExp) => ({ problem: 'misconfigured', message: expect.stringMatching(message) });

test('a certificate of one’s own is to be trusted by name of its file', async () => {
  await using server = await listening(createHttpsServer(localhostCertificate, () => undefined));
  expect(await failureAt(`https://127.0.0.1:${server.port}/v1`)).toMatchObject(
    toMend(/not signed by any authority .* NODE_EXTRA_CA_CERTS/),
  );
});

test('https at a server that speaks plain http', async () => {
  await using server = await listening(createHttpServer(() => undefined));
  expect(await failureAt(`https://127.0.0.1:${server.port}/v1`)).toMatchObject(toMend(/does not speak TLS; .* http:\/\//));
});

test('a gateway whose headers are endless', async () => {
  await using server = await listening(
    createHttpServer((_, response) => response.writeHead(200, { 'x-providers': 'a'.repeat(70_000) }).end()),
  );
  expect(await failureAt(`http://127.0.0.1:${server.port}/v1`)).toMatchObject(toMend(/headers of its answers are too long/));
});

test('http at what speaks something else', async () => {
  await using server = await listening(
    createTcpServer((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))),
  );
  expect(await failureAt(`http://127.0.0.1:${server.port}/v1`)).toMatchObject(toMend(/does not speak HTTP; .* https:\/\//));
});

test.each([
  ['http', 407, /the proxy requires a user name and password/],
  ['https', 407, /the proxy requires a user name and password/],
  ['https', 403, /the proxy refuses to connect .* NO_PROXY/],
])('a proxy that refuses an %s address with %i', async (scheme, status, message) => {
  const proxy = createHttpServer((_, response) => response.writeHead(status).end());
  proxy.on('connect', (_, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
  await using server = await listening(proxy);
  const proxies = proxySettings({ ALL_PROXY: `http://127.0.0.1:${server.port}` });
  expect(await failureAt(`${scheme}://models.internal.test/v1`, proxies)).toMatchObject(toMend(message));
});
