import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListenError } from '../../shared/errors/listen-error.ts';
import { orAborted } from '../../shared/lifecycle/abort.ts';
import { createServer } from '../../shared/toolchain/node-http.ts';
import { type AnswerForm, chatForm, responsesForm } from './answer-form.ts';
import { errorBody } from './chat-response.ts';
import { checkAccess } from './check-access.ts';
import { sendJson } from './send.ts';
import { type ChatSettings, createChatServer } from './serve-chat.ts';
import { modelNotFound, ServeError } from './serve-error.ts';
import { createServeMetrics } from './serve-metrics.ts';

export interface WorkflowServerSettings extends ChatSettings {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** What callers must show; undefined: callers on this machine need none. */
  readonly token: string | undefined;
  readonly simulated: boolean;
}

export interface WorkflowServer {
  /** For OpenAI's clients, with /v1. */
  readonly url: string;
  /** Lets what runs end, until the signal aborts; then cuts it. */
  stop(forced: AbortSignal): Promise<void>;
}

/** A client that is slow to send its request has so long. */
const requestWithinMs = 30_000;

const ofModel = '/v1/models/';

/** An OpenAI-compatible server that answers by running a workflow. @throws ListenError */
export async function startWorkflowServer(settings: WorkflowServerSettings): Promise<WorkflowServer> {
  const { served, host, port, token, simulated, timing } = settings;
  const chat = createChatServer(settings, () => metrics);
  const metrics = createServeMetrics(() => chat.inFlight);
  const model = {
    id: served.name,
    object: 'model',
    created: Math.floor(timing.wallMs() / 1000),
    owned_by: simulated ? 'scale-simulator' : 'scale',
    workflow: served.hash,
    inputs: served.inputs,
  };
  let stopping = false;

  const route = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(incoming.url ?? '/');
    const method = incoming.method === 'HEAD' ? 'GET' : incoming.method;
    if (stopping) response.setHeader('connection', 'close');
    if (path === '/healthz') return sendJson(response, stopping ? 503 : 200, { status: stopping ? 'stopping' : 'ok' });
    checkAccess(incoming, token);
    const answer = async (form: AnswerForm): Promise<void> => {
      if (stopping) throw new ServeError(503, 'stopping', 'the server is being stopped', { headers: { 'retry-after': '5' } });
      await chat.answer(incoming, response, form);
    };
    const handlers: Readonly<Record<string, () => void | Promise<void>>> = {
      'POST /v1/chat/completions': () => answer(chatForm),
      'POST /v1/responses': () => answer(responsesForm),
      'GET /v1/models': () => sendJson(response, 200, { object: 'list', data: [model] }),
      'GET /metrics': async () => {
        const text = await metrics.registry.metrics();
        response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text);
      },
    };
    const handle = handlers[`${method} ${path}`];
    if (handle !== undefined) return await handle();
    if (method === 'GET' && path.startsWith(ofModel)) {
      if (decoded(path.slice(ofModel.length)) === served.name) return sendJson(response, 200, model);
      throw modelNotFound(decoded(path.slice(ofModel.length)), served.name);
    }
    throw new ServeError(
      404,
      'not_found',
      `there is no ${incoming.method} ${path}: POST /v1/chat/completions, POST /v1/responses, GET /v1/models`,
    );
  };
  const server = createServer((incoming, response) => {
    route(incoming, response).catch((error: unknown) => {
      const shown = error instanceof ServeError ? error : new ServeError(500, 'internal', 'something broke in the server');
      if (shown !== error) settings.defect(error as Error);
      if (response.headersSent || response.destroyed) response.destroy();
      else sendJson(response, shown.status, errorBody(shown), shown.headers);
    });
  });
  server.requestTimeout = requestWithinMs;
  server.headersTimeout = requestWithinMs;
  server.listen(port, host);
  await once(server, 'listening').catch((cause: Error) => {
    throw new ListenError('requests cannot be served', `${host}:${port}`, 'name another place with --host and --port', cause);
  });
  const address = server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shownHost}:${address.port}/v1`,
    stop: async (forced) => {
      stopping = true;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await orAborted(closed, forced).catch(() => undefined);
      if (!forced.aborted) return;
      chat.cut();
      // What was cut is still told why.
      await orAborted(closed, AbortSignal.timeout(1_000)).catch(() => undefined);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Of what a request asks for, which need not be a URL: "//" is none. A slash at the end says nothing. */
function pathOf(target: string): string {
  const [path = ''] = target.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  return path.replace(/(?<=.)\/$/, '');
}

/** Clients differ in what they escape of a name such as "team/w:2". */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
