import type { FinishReason, ModelReply } from '../../domain/ports.ts';
import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';

const finishReasons: readonly string[] = ['stop', 'length', 'content-filter', 'other'] satisfies FinishReason[];

/** The reply that a finished call gave. */
export function replyOf({ text, reasoning, finishReason, usage, model, simulated }: ModelCall): ModelReply {
  return {
    text,
    reasoning,
    finishReason: finishReasons.includes(finishReason) ? (finishReason as FinishReason) : 'other',
    usage: usage ?? { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 },
    model,
    simulated,
  };
}
