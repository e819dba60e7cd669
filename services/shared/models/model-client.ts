import { defined } from '../../domain/defined.ts';
import type { ModelClient, ModelReply, ModelRequest } from '../../domain/ports.ts';
import { randomInteger, randomStream } from '../../domain/random.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import type { ModelCall, Sample } from '../contracts/generated/scale/v1/result.ts';
import type { AttemptMeter } from './attempt-meter.ts';
import { repliesOf, replyOf } from './model-call.ts';
import type { EndpointRequest } from './model-endpoint.ts';
import type { EndpointPool, PoolCaller, PooledReply } from './pool/endpoint-pool.ts';
import { estimatedPrompt } from './pool/metered-attempt.ts';
import type { BatchedCall } from './settings/batched-call.ts';

export interface ModelClientSettings {
  readonly pool: EndpointPool;
  readonly settings: ModelSettings;
  /** The run's seed, then what distinguishes the job from all others: workflow hash, query, repeat. */
  readonly seed: readonly (string | number)[];
  readonly jobId: string;
  readonly runId?: string;
  /** What calls whose prompts begin alike have in common, e.g. the workflow's hash. */
  readonly prefixKey: string;
  readonly meter?: AttemptMeter;
  /** Whose calls they are. Absent: nobody's. */
  readonly caller?: PoolCaller;
  /** Gets each finished call before its reply is used; the call fails with it. */
  readonly onCall: (call: ModelCall) => void | Promise<void>;
  /** Absent: every call is made. */
  readonly kept?: KeptReplies;
  /** Of a model whose calls go through a batch API, by their ids. Absent: they are made at once. */
  readonly batched?: (callId: string) => BatchedCall;
}

/** Replies that earlier calls have paid for. */
export interface KeptReplies {
  /** The finished call, as it is to be recorded; undefined if it must be made. @throws the signal's reason */
  find(request: EndpointRequest, signal: AbortSignal): Promise<ModelCall | undefined>;
  /** Never rejects: what cannot be kept is asked for again. */
  keep(request: EndpointRequest, call: ModelCall): Promise<void>;
}

/** The model as one job sees it. */
export function createModelClient(client: ModelClientSettings): ModelClient {
  const { pool, settings, seed, jobId, runId, prefixKey, meter, onCall, kept, caller, batched } = client;
  const callFor = async (asked: ModelRequest, signal: AbortSignal, samples?: number): Promise<ModelCall> => {
    const { callId, purpose, messages, structured, sampleOf } = asked;
    const { model, temperature, topP, maxTokens, chatTemplateKwargs, sendSeed } = settings;
    const request: EndpointRequest = {
      model,
      messages,
      temperature,
      topP,
      maxTokens,
      // As vLLM does: the samples of a request have its seed, and those that follow it.
      seed: sendSeed ? callSeed(seed, sampleOf?.callId ?? callId) + (sampleOf?.place ?? 0) : undefined,
      chatTemplateKwargs,
      ...(structured && { structured, structuredWhereKnown: settings.structured !== 'on' }),
      jobId,
      callId,
      purpose,
      ...defined({ meter, runId, samples, batched: batched?.(callId) }),
    };
    const known = await kept?.find(request, signal);
    if (known !== undefined) {
      await onCall(known);
      return known;
    }
    const call = callOf(request, await completed(request, signal));
    await Promise.all([onCall(call), kept?.keep(request, call)]);
    return call;
  };
  const completed = async (request: EndpointRequest, signal: AbortSignal): Promise<PooledReply> => {
    // Before it takes the place of a call that may begin; the one that lies in a batch has had its room.
    const held = request.batched?.pending ? undefined : await meter?.hold?.(request, estimatedPrompt(request), signal);
    try {
      return await pool.complete({ ...request, ...defined({ meter: held ?? meter }) }, prefixKey, signal, caller);
    } finally {
      held?.release();
    }
  };
  return {
    complete: async (request, signal): Promise<ModelReply> => replyOf(await callFor(request, signal)),
    ...(settings.joinSamples && {
      sample: async (request: ModelRequest, count: number, signal: AbortSignal) =>
        repliesOf(await callFor(request, signal, count)),
    }),
  };
}

function callOf({ callId, model, maxTokens }: EndpointRequest, reply: PooledReply): ModelCall {
  return {
    callId,
    model,
    usage: reply.usage,
    text: reply.text,
    reasoning: reply.reasoning,
    finishReason: reply.finishReason,
    latencyMs: Math.round(reply.latencyMs),
    timeToFirstTokenMs: Math.round(reply.firstTokenMs),
    attempts: reply.attempts,
    simulated: reply.simulated,
    endpoint: reply.endpoint,
    usageEstimated: reply.usageEstimated,
    promptCut: reply.promptCut,
    servedModel: reply.servedModel,
    attemptId: reply.attemptId,
    samples: samplesOf(reply, maxTokens),
  };
}

/** A reply that was cut off has as many tokens as it may; the others share the rest by their lengths. */
function samplesOf({ text, reasoning, usage, others = [] }: PooledReply, maxTokens: number): Sample[] {
  const lengthOf = (reply: { readonly text: string; readonly reasoning: string }) => reply.text.length + reply.reasoning.length;
  const all = others.reduce((sum, other) => sum + lengthOf(other), lengthOf({ text, reasoning }));
  return others.map((other) => {
    const share = Math.floor((usage.completionTokens * lengthOf(other)) / Math.max(1, all));
    return { ...other, completionTokens: other.finishReason === 'length' ? Math.min(maxTokens, usage.completionTokens) : share };
  });
}

/** In [1, 2^31): some servers take 0 or a negative seed for "choose one". */
export function callSeed(seed: readonly (string | number)[], callId: string): number {
  return 1 + randomInteger(randomStream(0, 'model-call', ...seed, callId), 0x7fffffff);
}
