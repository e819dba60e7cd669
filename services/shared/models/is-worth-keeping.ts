import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';

/**
 * Whether a reply is what the model has to say, so that it may answer later calls: it ended by itself, or at the limit that the
 * call sets. One that something else cut short, or whose prompt was cut, would be different elsewhere.
 */
export function isWorthKeeping({ finishReason, promptCut, usage, samples }: ModelCall, maxTokens: number): boolean {
  if (promptCut || samples.some((sample) => !['stop', 'length'].includes(sample.finishReason))) return false;
  if (finishReason === 'stop') return true;
  return finishReason === 'length' && (usage?.completionTokens ?? 0) >= maxTokens;
}
