import type { Usage } from '../../../domain/ports.ts';
import type { CallToCome } from '../../models/attempt-meter.ts';

/** What calls have taken, for what is reserved for the next one of their kind. */
export interface CallSizes {
  /** The most that one has taken so far; before the first, as much as it may. @param prompt an estimate */
  expected(call: CallToCome, prompt: Usage): Usage;
  saw(call: CallToCome, prompt: Usage, usage: Usage): void;
}

interface Seen {
  /** Of each reply. */
  readonly completionTokens: number;
  /** What the server counted for each token of the estimate. */
  readonly promptShare: number;
}

export function createCallSizes(): CallSizes {
  const seen = new Map<string, Seen>();
  const kindOf = ({ model, purpose, maxTokens }: CallToCome): string => JSON.stringify([model, purpose, maxTokens]);
  return {
    expected(call, prompt) {
      const { samples = 1, maxTokens } = call;
      const { completionTokens = maxTokens, promptShare = 1 } = seen.get(kindOf(call)) ?? {};
      return {
        ...prompt,
        promptTokens: Math.ceil(prompt.promptTokens * promptShare),
        completionTokens: Math.ceil(completionTokens * samples),
      };
    },
    saw(call, prompt, usage) {
      const kind = kindOf(call);
      const before = seen.get(kind) ?? { completionTokens: 0, promptShare: 0 };
      seen.set(kind, {
        completionTokens: Math.max(before.completionTokens, usage.completionTokens / (call.samples ?? 1)),
        promptShare: Math.max(before.promptShare, usage.promptTokens / Math.max(1, prompt.promptTokens)),
      });
    },
  };
}
