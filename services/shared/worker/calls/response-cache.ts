import type { ModelCall } from '../../contracts/generated/scale/v1/result.ts';
import { decodeResponse, encodeResponse } from '../../contracts/response-codec.ts';
import { coerceError } from '../../errors/coerce-error.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { ResponseStore } from '../../messaging/response-store.ts';
import { isWorthKeeping } from '../../models/is-worth-keeping.ts';

/** Replies that earlier calls have paid for. Its own trouble is no one else's: a call that it cannot answer is made. */
export interface ResponseCache {
  /** @param maxAgeMs 0 for no limit */
  find(key: string, maxAgeMs: number): Promise<CachedReply | undefined>;
  /** Does nothing for a reply that must not answer other calls. */
  keep(key: string, reply: CachedReply, maxTokens: number): Promise<void>;
}

export interface CachedReply {
  /** Of the run and the job that have paid for it. */
  readonly runId: string;
  readonly jobId: string;
  readonly call: ModelCall;
}

export function createResponseCache(
  store: ResponseStore,
  { timing, warn }: { readonly timing: Pick<Timing, 'wallMs'>; readonly warn: (error: Error, message: string) => void },
): ResponseCache {
  return {
    async find(key, maxAgeMs) {
      try {
        const stored = await store.get(key);
        if (stored === undefined) return undefined;
        if (maxAgeMs > 0 && timing.wallMs() - stored.keptAtMs > maxAgeMs) return undefined;
        const { call, runId, jobId } = decodeResponse(key, stored.entry) ?? {};
        if (call === undefined || runId === undefined || jobId === undefined) {
          warn(new Error(`the entry ${key} is damaged`), 'an entry of the response cache cannot be read; the model is asked');
          return undefined;
        }
        return { runId, jobId, call };
      } catch (error) {
        warn(coerceError(error), 'the response cache cannot be read; the model is asked');
        return undefined;
      }
    },
    async keep(key, reply, maxTokens) {
      if (!isWorthKeeping(reply.call, maxTokens)) return;
      try {
        await store.put(key, encodeResponse({ key, ...reply }));
      } catch (error) {
        warn(coerceError(error), 'the response cache cannot keep a reply');
      }
    },
  };
}
