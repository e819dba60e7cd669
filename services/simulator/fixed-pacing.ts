import { generatedTokens } from './chat-completion.ts';
import { type Latency, waitForTokens } from './latency.ts';
import type { Pacing } from './pacing.ts';
import { createPrefixCache } from './prefix-cache.ts';
import { createSequenceSlots } from './sequence-slots.ts';

/** So many calls at once, each as fast as if it were alone: a time to the first token, then so many tokens a second. */
export function createFixedPacing(latency: Latency, maxSequences: number): Pacing {
  const slots = createSequenceSlots(maxSequences);
  const prefixCache = createPrefixCache();
  return {
    get running() {
      return slots.running;
    },
    get waiting() {
      return slots.waiting;
    },
    // Without a KV cache, the used part of the slots.
    get kvUsage() {
      return slots.running / slots.limit;
    },
    preemptions: 0,
    admit: async ({ prompt, promptTokens, complete }, signal) => {
      const release = await slots.acquire(signal);
      try {
        const startedAtMs = performance.now();
        const cachedTokens = Math.min(promptTokens, prefixCache.hits(prompt));
        const completion = complete();
        const until = (tokens: number, until: AbortSignal) => waitForTokens(latency, tokens, startedAtMs, until);
        return {
          ...{ completion, cachedTokens, startedAtMs },
          firstTokenAtMs: startedAtMs + latency.timeToFirstTokenMs,
          untilFirstToken: (gone) => until(0, gone),
          untilPart: ({ allTokens }, gone) => until(allTokens, gone),
          untilWhole: (gone) => until(Math.max(...completion.choices.map((choice) => choice.tokens)), gone),
          tokensBy: (nowMs) => {
            const generatingMs = nowMs - startedAtMs - latency.timeToFirstTokenMs;
            if (generatingMs <= 0) return 0;
            const all = generatedTokens(completion);
            const { tokensPerSecond } = latency;
            return tokensPerSecond === 0 ? all : Math.min(all, Math.floor((generatingMs * tokensPerSecond) / 1000));
          },
          end: release,
        };
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}
