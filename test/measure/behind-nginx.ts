/**
 * What a gateway that ends its connections in good order costs: 15,000 calls from 64 slots through nginx with TLS, at its default
 * of 1,000 requests a connection, before a model that streams for 160 ms; without HTTP/2 at the server, with it there and this
 * product's defaults, and with `http2: true`. Each in turn, in one run.
 *
 *   node test/measure/behind-nginx.ts [--nginx /usr/sbin/nginx] [--calls 15000]
 *
 * Ends with 1 if a call was given up, or HTTP/2 at the server costs who did not choose it more than a twentieth of the time. Who
 * chooses it pays in processor time: Node's HTTP/2 takes more of it than its HTTP/1.1.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../services/shared/models/endpoint/openai-endpoint.ts';
import type { EndpointRequest } from '../../services/shared/models/model-endpoint.ts';
import { createEndpointPool } from '../../services/shared/models/pool/endpoint-pool.ts';
import { endpointSettings } from '../../services/shared/models/settings/endpoint-settings.ts';

const slots = 64;
const streamMs = 160;
const pieces = 8;
const certificate = new URL('../fixtures/tls/localhost.pem', import.meta.url).pathname;
const certificateKey = new URL('../fixtures/tls/localhost-key.pem', import.meta.url).pathname;

const request: EndpointRequest = {
  model: 'm',
  messages: [{ role: 'user', content: 'How many?' }],
  temperature: 0,
  topP: 1,
  maxTokens: 64,
  seed: undefined,
  chatTemplateKwargs: {},
  jobId: 'measure',
  callId: '',
};

const { values } = parseArgs({
  options: { nginx: { type: 'string', default: '/usr/sbin/nginx' }, calls: { type: 'string', default: '15000' } },
});

if (process.env.NODE_EXTRA_CA_CERTS !== certificate) {
  const child = spawn(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
  });
  child.on('exit', (code) => process.exit(code ?? 1));
} else process.exitCode = await measure(values.nginx, Number(values.calls));

async function measure(nginx: string, calls: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'behind-nginx-'));
  const model = startModel();
  const [upstream, plain, second] = [await listening(model), await freePort(), await freePort()];
  await writeFile(join(folder, 'nginx.conf'), configuration({ folder, upstream, plain, second }));
  const gateway = spawn(nginx, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'inherit' });
  try {
    await sleep(500);
    const rows = [
      await drive('TLS, no HTTP/2 at the server', `https://localhost:${plain}/v1`, false, calls),
      await drive('TLS and HTTP/2 at the server, defaults', `https://localhost:${second}/v1`, false, calls),
      await drive('TLS and HTTP/2 at the server, http2: true', `https://localhost:${second}/v1`, true, calls),
    ];
    const [base] = rows;
    for (const row of rows) {
      const ratio = row.seconds / (base?.seconds ?? 1);
      console.log(
        `${row.name.padEnd(44)} ${row.seconds.toFixed(1)} s  x ${ratio.toFixed(3)}  given up ${row.givenUp}  failed attempts ${row.failed}`,
      );
    }
    const isGood = rows.every(({ givenUp }) => givenUp === 0) && (rows[1]?.seconds ?? 0) <= 1.05 * (base?.seconds ?? 0);
    return isGood ? 0 : 1;
  } finally {
    gateway.kill();
    model.close();
    model.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  }
}

async function drive(name: string, baseUrl: string, http2: boolean, calls: number) {
  const endpoint = { model: 'm', baseUrl, apiKeyVariable: '', maxConcurrency: slots, timeoutMs: 30_000, http2 };
  const settings = endpointSettings(endpoint, {});
  const pool = createEndpointPool({
    model: 'm',
    endpoints: [createOpenAiEndpoint(settings, systemTiming)],
    timing: systemTiming,
    random: Math.random,
  });
  let [next, givenUp] = [0, 0];
  const signal = new AbortController().signal;
  const slot = async (): Promise<void> => {
    while (next < calls) {
      next += 1;
      await pool.complete({ ...request, callId: `${next}` }, 'w', signal).catch((error: Error) => {
        givenUp += 1;
        console.error(error.message);
      });
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: slots }, slot));
  const seconds = (performance.now() - begun) / 1000;
  const failed = Object.values(pool.health()[0]?.failures ?? {}).reduce((sum, count) => sum + count, 0);
  await pool.close();
  return { name, seconds, givenUp, failed };
}

/** Streams a reply in pieces. */
function startModel() {
  const event = (choice: object, more = {}): string =>
    `data: ${JSON.stringify({ model: 'm', choices: [{ index: 0, ...choice }], ...more })}\n\n`;
  return createServer(async (incoming, response) => {
    incoming.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let piece = 0; piece < pieces; piece += 1) {
      response.write(event({ delta: { content: 'x ' }, finish_reason: null }));
      await sleep(streamMs / pieces);
    }
    const usage = { prompt_tokens: 5, completion_tokens: pieces };
    response.end(`${event({ delta: {}, finish_reason: 'stop' }, { usage })}data: [DONE]\n\n`);
  });
}

function configuration(ports: { folder: string; upstream: number; plain: number; second: number }): string {
  const { folder, upstream, plain, second } = ports;
  const server = (listen: string): string => `server {
    listen ${listen};
    ssl_certificate ${certificate};
    ssl_certificate_key ${certificateKey};
    location / {
      proxy_pass http://model;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }`;
  return `daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream model { server 127.0.0.1:${upstream}; keepalive 128; }
  ${server(`127.0.0.1:${plain} ssl`)}
  ${server(`127.0.0.1:${second} ssl http2`)}
}
`;
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(server: {
  listen(port: number, host: string, done: () => void): void;
  address(): unknown;
}): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
