import { defined } from '../../domain/defined.ts';
import type { ModelClient, ModelReply } from '../../domain/ports.ts';
import { randomInteger, randomStream } from '../../domain/random.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';
import type { AttemptMeter } from './attempt-meter.ts';
import type { EndpointPool, PooledReply } from './endpoint-pool.ts';
import { replyOf } from './model-call.ts';
import type { EndpointRequest } from './model-endpoint.ts';

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
  /** Gets each finished call before its reply is used; the call fails with it. */
  readonly onCall: (call: ModelCall) => void | Promise<void>;
  /** Absent: every call is made. */
  readonly kept?: KeptReplies;
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
  const { pool, settings, seed, jobId, runId, prefixKey, meter, onCall, kept } = client;
  return {
    complete: async ({ callId, purpose, messages, structured }, signal): Promise<ModelReply> => {
      const { model, temperature, topP, maxTokens, chatTemplateKwargs, sendSeed } = settings;
      const request: EndpointRequest = {
        model,
        messages,
        temperature,
        topP,
        maxTokens,
        seed: sendSeed ? callSeed(seed, callId) : undefined,
        chatTemplateKwargs,
        ...(structured && { structured, structuredWhereKnown: settings.structured !== 'on' }),
        jobId,
        callId,
        purpose,
        ...defined({ meter, runId }),
      };
      const known = await kept?.find(request, signal);
      if (known !== undefined) {
        await onCall(known);
        return replyOf(known);
      }
      const call = callOf(request, await pool.complete(request, prefixKey, signal));
      await Promise.all([onCall(call), kept?.keep(request, call)]);
      return replyOf(call);
    },
  };
}

function callOf({ callId, model }: EndpointRequest, reply: PooledReply): ModelCall {
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
  };
}

/** In [1, 2^31): some servers take 0 or a negative seed for "choose one". */
export function callSeed(seed: readonly (string | number)[], callId: string): number {
  return 1 + randomInteger(randomStream(0, 'model-call', ...seed, callId), 0x7fffffff);
}
