import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { untilAborted } from '../shared/lifecycle/abort.ts';
import type { RefusedCall, ServedCall } from './access-log.ts';
import { type Completion, complete, completionBody, completionChunks, generatedTokens } from './chat-completion.ts';
import { type ChatRequest, chatRequestSchema, maxTokensOf } from './chat-request.ts';
import { type FaultKind, refuseBy } from './faults.ts';
import type { PacedReply, Pacing } from './pacing.ts';
import type { SimulatedModel } from './simulated-model.ts';
import { estimatePromptTokens } from './token-estimate.ts';
import type { VllmMetrics } from './vllm-metrics.ts';
import { badRequest, checkContextLength, WireError } from './wire-error.ts';

export interface ChatHandlerDependencies {
  readonly model: SimulatedModel;
  readonly pacing: Pacing;
  readonly metrics: VllmMetrics;
  readonly contextLength: number;
  readonly served: (call: ServedCall) => void;
  readonly refused: (call: RefusedCall) => void;
  /** Calls that are answered or wait; more are refused. */
  readonly mostCalls: number;
  /** Waited for by each call. */
  readonly untilAdmitted: (signal: AbortSignal) => Promise<void>;
  /** What the next call meets. */
  readonly nextFault: () => FaultKind | undefined;
}

export interface ChatHandler {
  /** Chat completions finished so far. */
  readonly requests: number;
  /** @throws WireError for a request that vLLM would refuse */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const mostBodyBytes = 16 * 1024 * 1024;

/** POST /v1/chat/completions. */
export function createChatHandler(dependencies: ChatHandlerDependencies): ChatHandler {
  const { model, pacing, metrics, contextLength, served, refused, mostCalls, untilAdmitted, nextFault } = dependencies;
  let requests = 0;

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrivedAt = performance.now();
    try {
      await answerOrRefuse(incoming, response, arrivedAt);
    } catch (error) {
      if (error instanceof WireError) {
        const [beganMs, endedMs] = [epochMs(arrivedAt), epochMs(performance.now())];
        refused({ ...idsOf(incoming), status: error.status, beganMs, endedMs });
      }
      throw error;
    }
  };

  const answerOrRefuse = async (incoming: IncomingMessage, response: ServerResponse, arrivedAt: number): Promise<void> => {
    const request = parseRequest(await readBody(incoming));
    const purpose = header(incoming, 'x-scale-purpose');
    const promptTokens = estimatePromptTokens(request.messages);
    checkContextLength(promptTokens, maxTokensOf(request), contextLength);

    const fault = nextFault();
    if (fault !== '500') refuseBy(fault);
    if (pacing.running + pacing.waiting >= mostCalls) {
      throw new WireError(429, 'RateLimitError', `Too many requests: ${mostCalls} are being answered or wait.`);
    }

    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const waiting = {
      prompt: request.messages.map((message) => message.content).join('\n'),
      promptTokens,
      complete: () => answer(request, model, purpose, contextLength - promptTokens),
    };
    const admitted = untilAdmitted(gone.signal).then(() => pacing.admit(waiting, gone.signal));
    const reply = await admitted.catch((error: unknown) => {
      // A client may hang up while it waits: nothing was read for it.
      if (gone.signal.aborted) return undefined;
      throw error;
    });
    if (reply === undefined) return;
    try {
      const { completion, startedAtMs } = reply;
      metrics.prefixCache(request.model, promptTokens, reply.cachedTokens);
      const call = { ...idsOf(incoming), model: request.model, promptTokens, beganMs: epochMs(startedAtMs) };
      try {
        await send({ response, request, reply, fault, signal: gone.signal });
      } catch (error) {
        if (!gone.signal.aborted) throw error;
        // The client has hung up. What it was billed for is the prompt, and what was generated so far.
        const generationTokens = reply.tokensBy(performance.now());
        metrics.cutOff({ ...call, generationTokens });
        served({ ...call, generationTokens, cutOff: true, endedMs: epochMs(performance.now()) });
        return;
      }
      requests += 1;
      const generationTokens = generatedTokens(completion);
      metrics.finished({
        ...{ ...call, generationTokens },
        finishReason: completion.choices[0]?.finishReason ?? 'stop',
        queueMs: startedAtMs - arrivedAt,
        timeToFirstTokenMs: reply.firstTokenAtMs - arrivedAt,
        elapsedMs: performance.now() - arrivedAt,
      });
      served({ ...call, generationTokens, cutOff: false, endedMs: epochMs(performance.now()) });
    } finally {
      reply.end();
    }
  };

  return {
    get requests() {
      return requests;
    },
    handle,
  };
}

function answer(request: ChatRequest, model: SimulatedModel, purpose: string, roomInContext: number): Completion {
  const bounded = { ...request, max_tokens: Math.min(maxTokensOf(request), roomInContext), max_completion_tokens: null };
  const texts = Array.from({ length: request.n ?? 1 }, (_, choice) => model.reply(request, choice, purpose));
  return complete(bounded, texts, `chatcmpl-${randomUUID()}`, Math.floor(Date.now() / 1000));
}

interface Sending {
  readonly response: ServerResponse;
  readonly request: ChatRequest;
  readonly reply: PacedReply;
  readonly fault: FaultKind | undefined;
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal;
}

const dripMs = 1000;

async function send({ response, request, reply, fault, signal }: Sending): Promise<void> {
  const { completion } = reply;
  if (fault === 'hang') await untilGone(signal);
  if (fault === '500') {
    await reply.untilFirstToken(signal);
    refuseBy(fault);
  }
  if (request.stream !== true) {
    await reply.untilWhole(signal);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completionBody(completion)));
    return;
  }
  await reply.untilFirstToken(signal);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  for (const chunk of completionChunks(completion, request.stream_options?.include_usage === true)) {
    await reply.untilPart(chunk.upTo, signal);
    response.write(`data: ${JSON.stringify(chunk.body)}\n\n`);
    if (fault === 'drip') await sleep(dripMs, undefined, { signal });
    if (fault === 'stall') await untilGone(signal);
    if (fault === 'reset') {
      response.destroy();
      signal.throwIfAborted();
      await untilGone(signal);
    }
    if (fault === 'truncate') {
      response.end();
      return;
    }
  }
  response.end('data: [DONE]\n\n');
}

/** @throws the signal's reason, when the client hangs up */
async function untilGone(signal: AbortSignal): Promise<never> {
  await untilAborted(signal);
  throw signal.reason;
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > mostBodyBytes) throw badRequest(`The request body is larger than ${mostBodyBytes} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseRequest(body: string): ChatRequest {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch (error) {
    throw badRequest(`The request body is not JSON: ${(error as Error).message}`);
  }
  const parsed = chatRequestSchema.safeParse(document);
  if (!parsed.success) throw badRequest(z.prettifyError(parsed.error));
  return parsed.data;
}

/** Of a time by performance.now(). */
function epochMs(monotonicMs: number): number {
  return performance.timeOrigin + monotonicMs;
}

function idsOf(incoming: IncomingMessage): Pick<ServedCall, 'jobId' | 'callId' | 'attemptId'> {
  const [jobId, callId, attemptId] = ['job', 'call', 'attempt'].map((what) => header(incoming, `x-scale-${what}-id`));
  return { jobId: jobId ?? '', callId: callId ?? '', attemptId: attemptId ?? '' };
}

function header(incoming: IncomingMessage, name: string): string {
  const value = incoming.headers[name];
  return typeof value === 'string' ? value : '';
}
