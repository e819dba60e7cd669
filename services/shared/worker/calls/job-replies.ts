import type { ModelRequest } from '../../../domain/ports.ts';
import type { CacheUse } from '../../contracts/generated/scale/v1/control.ts';
import { sortedJson } from '../../contracts/read-message.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { SimulatedCheck } from '../../models/endpoint/simulated-check.ts';
import type { KeptReplies } from '../../models/model-client.ts';
import type { EndpointRequest } from '../../models/model-endpoint.ts';
import { responseKey } from '../../models/response-key.ts';
import type { JobAccount } from './job-account.ts';
import type { ResponseCache } from './response-cache.ts';

/** The response cache as one job sees it. */
export interface JobReplies extends KeptReplies {
  /** To be told of each call of the job when it is made, whoever answers it: equal calls are different draws, in this order. */
  made(request: ModelRequest): void;
}

export interface JobRepliesSettings {
  readonly cache: ResponseCache;
  readonly use: CacheUse;
  readonly runId: string;
  readonly jobId: string;
  /** What distinguishes the job from others that ask the same. */
  readonly draw: readonly (string | number)[];
  /** Of a run whose calls send none. */
  readonly runSeed?: number;
  readonly isSimulated: SimulatedCheck;
  readonly account: JobAccount;
  readonly timing: Timing;
}

export function createJobReplies(settings: JobRepliesSettings): JobReplies {
  const { cache, use, runId, jobId, isSimulated, account, timing } = settings;
  const { runSeed } = settings;
  const madeBefore = new Map<string, number>();
  const places = new Map<string, number>();
  const keyOf = (request: EndpointRequest, simulated: boolean): string => {
    const place = places.get(request.callId) ?? 0;
    const draw = { job: settings.draw, place, ...(runSeed !== undefined && { runSeed }) };
    return responseKey(request, draw, { namespace: use.namespace, simulated });
  };
  return {
    made({ callId, messages }) {
      // Calls with seeds of their own are equal in nothing but their prompts.
      if (runSeed === undefined || places.has(callId)) return;
      const text = sortedJson(messages);
      const place = madeBefore.get(text) ?? 0;
      places.set(callId, place);
      madeBefore.set(text, place + 1);
    },
    async find(request, signal) {
      const startedMs = timing.monotonicMs();
      const found = await cache.find(keyOf(request, await isSimulated(signal)), use.maxAgeMs);
      signal.throwIfAborted();
      if (found === undefined) return undefined;
      const { call } = found;
      if (found.runId === runId && found.jobId === jobId && call.callId === request.callId) {
        // Our own: an earlier delivery paid for it, and ended before it could journal the call or note its cost.
        account.replayed(call);
        return call;
      }
      const { callId } = request;
      const tookMs = Math.round(timing.monotonicMs() - startedMs);
      const answered = {
        ...call,
        callId,
        fromCache: true,
        attempts: 0,
        endpoint: '',
        latencyMs: tookMs,
        timeToFirstTokenMs: tookMs,
      };
      return { ...answered, attemptId: account.cached(answered) };
    },
    async keep(request, call) {
      const simulated = await isSimulated(new AbortController().signal);
      if (call.simulated === simulated) await cache.keep(keyOf(request, simulated), { runId, jobId, call }, request.maxTokens);
    },
  };
}
