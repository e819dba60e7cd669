import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { untilAborted } from '../shared/lifecycle/abort.ts';
import type { ServedCall } from './access-log.ts';
import { type Completion, complete, completionBody, completionChunks, generatedTokens } from './chat-completion.ts';
import { type ChatRequest, chatRequestSchema, maxTokensOf } from './chat-request.ts';
import { type FaultKind, refuseBy } from './faults.ts';
import { type Latency, waitForTokens } from './latency.ts';
import { createPrefixCache } from './prefix-cache.ts';
import type { SequenceSlots } from './sequence-slots.ts';
import type { SimulatedModel } from './simulated-model.ts';
import { estimatePromptTokens } from './token-estimate.ts';
import type { VllmMetrics } from './vllm-metrics.ts';
import { badRequest, checkContextLength } from './wire-error.ts';

export interface ChatHandlerDependencies {
  readonly model: SimulatedModel;
  readonly slots: SequenceSlots;
  readonly metrics: VllmMetrics;
  readonly latency: Latency;
  readonly contextLength: number;
  readonly served: (call: ServedCall) => void;
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
  const { model, slots, metrics, latency, contextLength, served, nextFault } = dependencies;
  const prefixCache = createPrefixCache();
  let requests = 0;

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrivedAt = performance.now();
    const request = parseRequest(await readBody(incoming));
    const purpose = header(incoming, 'x-scale-purpose');
    const promptTokens = estimatePromptTokens(request.messages);
    checkContextLength(promptTokens, maxTokensOf(request), contextLength);

    const fault = nextFault();
    if (fault !== '500') refuseBy(fault);

    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const release = await slots.acquire(gone.signal).catch((error: unknown) => {
      // A client may hang up while it waits: nothing was read for it.
      if (gone.signal.aborted) return undefined;
      throw error;
    });
    if (release === undefined) return;
    try {
      const startedAt = performance.now();
      const prompt = request.messages.map((message) => message.content).join('\n');
      metrics.prefixCache(request.model, promptTokens, Math.min(promptTokens, prefixCache.hits(prompt)));
      const completion = answer(request, model, purpose, contextLength - promptTokens);
      const call = { ...idsOf(incoming), model: request.model, promptTokens, beganMs: epochMs(startedAt) };
      try {
        await send({ response, request, completion, latency, startedAt, fault, signal: gone.signal });
      } catch (error) {
        if (!gone.signal.aborted) throw error;
        // The client has hung up. What it was billed for is the prompt, and what was generated so far.
        const generationTokens = tokensBy(performance.now(), completion, latency, startedAt);
        metrics.cutOff({ ...call, generationTokens });
        served({ ...call, generationTokens, cutOff: true, endedMs: epochMs(performance.now()) });
        return;
      }
      requests += 1;
      const generationTokens = generatedTokens(completion);
      metrics.finished({
        ...{ ...call, generationTokens },
        finishReason: completion.choices[0]?.finishReason ?? 'stop',
        timeToFirstTokenMs: startedAt - arrivedAt + latency.timeToFirstTokenMs,
        elapsedMs: performance.now() - arrivedAt,
      });
      served({ ...call, generationTokens, cutOff: false, endedMs: epochMs(performance.now()) });
    } finally {
      release();
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
  readonly completion: Completion;
  readonly latency: Latency;
  readonly startedAt: number;
  readonly fault: FaultKind | undefined;
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal;
}

const dripMs = 1000;

async function send({ response, request, completion, latency, startedAt, fault, signal }: Sending): Promise<void> {
  if (fault === 'hang') await untilGone(signal);
  if (fault === '500') {
    await waitForTokens(latency, 0, startedAt, signal);
    refuseBy(fault);
  }
  if (request.stream !== true) {
    const longest = Math.max(...completion.choices.map((choice) => choice.tokens));
    await waitForTokens(latency, longest, startedAt, signal);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completionBody(completion)));
    return;
  }
  await waitForTokens(latency, 0, startedAt, signal);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  let sent = 0;
  for (const chunk of completionChunks(completion, request.stream_options?.include_usage === true)) {
    sent += chunk.tokens;
    await waitForTokens(latency, sent, startedAt, signal);
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

/** What a sequence that began then has generated by now. */
function tokensBy(
  nowMs: number,
  completion: Completion,
  { timeToFirstTokenMs, tokensPerSecond }: Latency,
  startedAt: number,
): number {
  const all = generatedTokens(completion);
  const generatingMs = nowMs - startedAt - timeToFirstTokenMs;
  if (generatingMs <= 0) return 0;
  return tokensPerSecond === 0 ? all : Math.min(all, Math.floor((generatingMs * tokensPerSecond) / 1000));
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
