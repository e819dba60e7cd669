import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomStream } from '../domain/random.ts';
import { ListenError } from '../shared/errors/listen-error.ts';
import { systemTiming } from '../shared/lifecycle/timing.ts';
import { createServer } from '../shared/toolchain/node-http.ts';
import { openAccessLog, type RefusedCall, type ServedCall } from './access-log.ts';
import { type BatchOptions, createBatchHandler } from './batch-handler.ts';
import { blockTokens } from './block-hashes.ts';
import { createChatHandler } from './chat-handler.ts';
import { createEnginePacing } from './engine/engine-pacing.ts';
import type { EngineSettings } from './engine/engine-settings.ts';
import { createFaults, type FaultShares } from './faults.ts';
import { createFixedPacing } from './fixed-pacing.ts';
import type { KnownQuery } from './known-query.ts';
import type { Latency } from './latency.ts';
import { buildQueryIndex } from './query-index.ts';
import { createSimulatedModel } from './simulated-model.ts';
import { createVllmMetrics } from './vllm-metrics.ts';
import { WireError } from './wire-error.ts';

export interface SimulatorOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  readonly host?: string;
  readonly seed?: number;
  /** The queries that the model knows how to solve. */
  readonly known: readonly KnownQuery[];
  /** Names listed by /v1/models; any name is served. */
  readonly models?: readonly string[];
  readonly latency?: Latency;
  /** A model of vLLM's engine instead of the fixed latency. */
  readonly engine?: Omit<EngineSettings, 'maxSequences'>;
  /** Requests that run at once; the others wait in order. */
  readonly maxSequences?: number;
  /** Requests that wait at most; more are refused, as vLLM does with --max-num-queued-reqs. Default: any number waits. */
  readonly maxQueued?: number;
  /** Tokens of prompt and reply together. */
  readonly contextLength?: number;
  /** Shares of calls that go wrong. Default: none. */
  readonly faults?: FaultShares;
  /** Each call begins once this resolves. Default: at once. The signal aborts when the client hangs up. */
  readonly untilAdmitted?: (signal: AbortSignal) => Promise<void>;
  /** File for one line of JSON per finished call. */
  readonly accessLog?: string;
  /** File for one line of JSON per call that was answered with an error. */
  readonly refusalLog?: string;
  /** Called for each finished call. */
  readonly onServed?: (call: ServedCall) => void;
  /** Called for each call that was answered with an error. */
  readonly onRefused?: (call: RefusedCall) => void;
  /** Of the batch API. Default: the calls of a batch are made at once. */
  readonly batches?: BatchOptions;
}

export interface Simulator {
  /** Base URL for OpenAI clients, with /v1. */
  readonly url: string;
  /** Chat completions finished so far. */
  readonly requests: number;
  /** Lets calls in flight finish; when the signal aborts, cuts them. */
  stop(forced?: AbortSignal): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const defaults = {
  port: 0,
  host: '127.0.0.1',
  seed: 1,
  models: ['qwen-plus', 'qwen3-8b'],
  latency: { timeToFirstTokenMs: 0, tokensPerSecond: 0 },
  maxSequences: 256,
  maxQueued: Number.POSITIVE_INFINITY,
  // Qwen3's own.
  contextLength: 32_768,
  faults: {},
  batches: { delayMs: 0 },
  untilAdmitted: () => Promise.resolve(),
};

const sweepMs = 10;

/** An OpenAI-compatible server, in the manner of vLLM, behind which a simulated model answers. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const settings = { ...defaults, ...options };
  const { engine, maxSequences } = settings;
  const pacing =
    engine === undefined
      ? createFixedPacing(settings.latency, maxSequences)
      : createEnginePacing({ ...engine, maxSequences }, systemTiming);
  // As vLLM has it, a sequence that would not fit the KV cache by itself is refused.
  const contextLength = Math.min(settings.contextLength, (engine?.kvBlocks ?? Number.POSITIVE_INFINITY) * blockTokens);
  const metrics = createVllmMetrics(pacing, settings.models);
  const accessLog = settings.accessLog === undefined ? undefined : await openAccessLog(settings.accessLog);
  const refusalLog = settings.refusalLog === undefined ? undefined : await openAccessLog(settings.refusalLog);
  const chat = createChatHandler({
    model: createSimulatedModel(buildQueryIndex(settings.known), settings.seed),
    pacing,
    metrics,
    contextLength,
    mostCalls: maxSequences + settings.maxQueued,
    untilAdmitted: settings.untilAdmitted,
    nextFault: createFaults(settings.faults, randomStream(settings.seed, 'faults')),
    served: (call) => {
      accessLog?.write(call);
      settings.onServed?.(call);
    },
    refused: (call) => {
      refusalLog?.write(call);
      settings.onRefused?.(call);
    },
  });

  let url = '';
  const batches = createBatchHandler(settings.batches, () => `${url}/chat/completions`);
  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = new URL(request.url ?? '/', 'http://simulator');
    switch (`${request.method} ${address.pathname}`) {
      case 'POST /v1/chat/completions':
        return chat.handle(request, response);
      case 'GET /v1/models':
        return sendJson(response, 200, modelList(settings.models, contextLength));
      case 'GET /health':
        response.writeHead(200).end();
        return;
      case 'GET /metrics':
        response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.text());
        return;
      default:
        if (await batches.handle(request, response, address)) return;
        sendJson(response, 404, { detail: 'Not Found' });
    }
  };
  let inFlight = 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    inFlight += 1;
    response.once('close', () => {
      inFlight -= 1;
    });
    route(request, response).catch((error: unknown) => sendError(response, error));
  });
  server.listen(settings.port, settings.host);
  await once(server, 'listening').catch((cause: Error) => {
    const remedy = 'SCALE_SIMULATOR_HOST and SCALE_SIMULATOR_PORT say where; port 0 is any free one';
    throw new ListenError('the simulated model cannot be served', `${settings.host}:${settings.port}`, remedy, cause);
  });
  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;

  url = `http://${host}:${port}/v1`;

  const stop = async (forced?: AbortSignal): Promise<void> => {
    if (!server.listening) return;
    await batches.close();
    const closed = once(server, 'close');
    server.close();
    // Connections that clients keep open without a request would hold the server until they let go.
    const sweep = setInterval(() => {
      if (inFlight === 0 || forced?.aborted) server.closeAllConnections();
    }, sweepMs);
    await closed;
    clearInterval(sweep);
    await accessLog?.close();
    await refusalLog?.close();
  };
  return {
    url,
    get requests() {
      return chat.requests;
    },
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

function modelList(models: readonly string[], contextLength: number): Record<string, unknown> {
  const entries = models.map((id) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: 'scale-simulator',
    root: id,
    parent: null,
    max_model_len: contextLength,
  }));
  return { object: 'list', data: entries };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const shown = error instanceof WireError ? error : new WireError(500, 'InternalServerError', String(error));
  sendJson(response, shown.status, shown.body());
}
