import { finishReasons, type ModelReply } from '../../domain/ports.ts';
import { noUsage } from '../../domain/run/ledger/totals.ts';
import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';

/** The reply that a finished call gave. */
export function replyOf({ text, reasoning, finishReason, usage, model, simulated }: ModelCall): ModelReply {
  return {
    text,
    reasoning,
    finishReason: finishReasonOf(finishReason),
    usage: usage ?? noUsage,
    model,
    simulated,
  };
}

/** All replies of a finished call, in order; each has its part of the tokens, and the first the prompt's. */
export function repliesOf(call: ModelCall): ModelReply[] {
  const first = replyOf(call);
  const { samples } = call;
  const ofOthers = samples.reduce((sum, { completionTokens }) => sum + completionTokens, 0);
  const completionTokens = Math.max(0, first.usage.completionTokens - ofOthers);
  const { model, simulated } = first;
  return [
    { ...first, usage: { ...first.usage, completionTokens } },
    ...samples.map(({ completionTokens: tokens, finishReason, ...said }) => ({
      ...{ ...said, model, simulated, finishReason: finishReasonOf(finishReason) },
      usage: { promptTokens: 0, completionTokens: tokens, cachedTokens: 0, reasoningTokens: 0 },
    })),
  ];
}

function finishReasonOf(reason: string): ModelReply['finishReason'] {
  return finishReasons.find((known) => known === reason) ?? 'other';
}
