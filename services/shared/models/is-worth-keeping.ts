import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';

/**
 * Whether a reply is what the model has to say, so that it may answer later calls: it ended by itself, or at the limit that the
 * call sets. One that something else cut short, or whose prompt was cut, would be different elsewhere.
 */
export function isWorthKeeping({ finishReason, promptCut, usage, samples }: ModelCall, maxTokens: number): boolean {
  if (promptCut) return false;
  // Which of several samples has how many tokens is not known, and so not whether it was the limit that cut it.
  if (samples.length > 0) return [finishReason, ...samples.map((each) => each.finishReason)].every((reason) => reason === 'stop');
  if (finishReason === 'stop') return true;
  return finishReason === 'length' && (usage?.completionTokens ?? 0) >= maxTokens;
}
