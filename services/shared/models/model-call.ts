import { finishReasons, type ModelReply } from '../../domain/ports.ts';
import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';

/** The reply that a finished call gave. */
export function replyOf({ text, reasoning, finishReason, usage, model, simulated }: ModelCall): ModelReply {
  return {
    text,
    reasoning,
    finishReason: finishReasons.find((known) => known === finishReason) ?? 'other',
    usage: usage ?? { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 },
    model,
    simulated,
  };
}
