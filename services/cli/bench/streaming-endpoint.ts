import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { processEnvironment } from '../../shared/settings/environment.ts';
import { createServer } from '../../shared/toolchain/node-http.ts';
import { eventsAReply } from './events-a-reply.ts';

// A server of the `executor` bench: it answers at once, every token in an event and a write of its own, as an engine does. It
// says that it is simulated, and keeps the simulated model's access log.
const { SCALE_SIMULATOR_ACCESS_LOG: accessLog = '' } = processEnvironment();
const log = createWriteStream(accessLog, { flags: 'a' });
const owner = 'scale-simulator';
const usage = { prompt_tokens: 40, completion_tokens: eventsAReply - 2, total_tokens: 38 + eventsAReply };
const tokens = Array.from({ length: eventsAReply - 2 }, () => ({ index: 0, delta: { content: 'and ' }, finish_reason: null }));
const chunks = [
  ...tokens.map((choice) => ({ choices: [choice] })),
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  { choices: [], usage },
];
const events = chunks.map((chunk) => {
  const head = {
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'qwen-plus',
    system_fingerprint: owner,
  };
  return `data: ${JSON.stringify({ ...head, ...chunk })}\n\n`;
});

const server = createServer((request, response) => {
  const beganMs = epochMs();
  request.resume().once('end', () => {
    if (request.method === 'GET') {
      const data = ['qwen-plus', 'qwen3-8b'].map((id) => ({ id, object: 'model', owned_by: owner }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const event of events) response.write(event);
    response.end('data: [DONE]\n\n');
    const [jobId, callId] = ['job', 'call'].map((what) => headerOf(request, `x-scale-${what}-id`));
    log.write(`${JSON.stringify({ jobId, callId, model: 'qwen-plus', cutOff: false, beganMs, endedMs: epochMs() })}\n`);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const models = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
process.send?.({ type: 'service-running', service: 'endpoint', addresses: { models } });

const end = (): void => {
  server.close();
  server.closeAllConnections();
  log.end();
  if (process.connected) process.disconnect();
};
process.once('SIGTERM', end);
process.once('disconnect', end);

function headerOf({ headers }: IncomingMessage, name: string): string {
  return String(headers[name] ?? '');
}

function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
