import { defined } from '../../domain/defined.ts';
import type { ModelClient, ModelReply } from '../../domain/ports.ts';
import { randomInteger, randomStream } from '../../domain/random.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';
import type { AttemptMeter } from './attempt-meter.ts';
import type { EndpointPool } from './endpoint-pool.ts';
import { replyOf } from './model-call.ts';

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
}

/** The model as one job sees it. */
export function createModelClient({
  pool,
  settings,
  seed,
  jobId,
  runId,
  prefixKey,
  meter,
  onCall,
}: ModelClientSettings): ModelClient {
  return {
    complete: async ({ callId, purpose, messages }, signal): Promise<ModelReply> => {
      const { model, temperature, topP, maxTokens, chatTemplateKwargs, sendSeed } = settings;
      const reply = await pool.complete(
        {
          model,
          messages,
          temperature,
          topP,
          maxTokens,
          seed: sendSeed ? callSeed(seed, callId) : undefined,
          chatTemplateKwargs,
          jobId,
          callId,
          purpose,
          ...defined({ meter, runId }),
        },
        prefixKey,
        signal,
      );
      const call: ModelCall = {
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
      await onCall(call);
      return replyOf(call);
    },
  };
}

/** In [1, 2^31): some servers take 0 or a negative seed for "choose one". */
export function callSeed(seed: readonly (string | number)[], callId: string): number {
  return 1 + randomInteger(randomStream(0, 'model-call', ...seed, callId), 0x7fffffff);
}
