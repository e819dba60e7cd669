import { blockTokens } from '../block-hashes.ts';
import type { EngineSettings } from './engine-settings.ts';

/** Requests that are all alike. */
export interface RequestShape {
  readonly promptTokens: number;
  /** Tokens of the prompt that the prefix cache holds. Default: 0. */
  readonly cachedTokens?: number;
  readonly outputTokens: number;
}

export interface EngineCapacity {
  /** Sequences that run at once. */
  readonly sequences: number;
  readonly requestsPerSecond: number;
  readonly outputTokensPerSecond: number;
}

/**
 * What a replica gives when there is always somebody waiting. A step's own time is shared by the batch, and the first token comes
 * with the last of the prompt:
 *
 *   ms per request = (stepMs * steps / sequences + prefillMs * computed prompt + decodeMs * (steps - 1)) / speed
 *
 * where it is in as many steps as it has output tokens, and in one more where each is decided when the one before it begins.
 *
 * Exact as long as each prompt fits one step and the batch is bound by max_num_seqs. Where the KV cache binds it, it is that of
 * as many sequences as fit at their full length; those that overlap at different ages are a few more, and are preempted.
 */
export function engineCapacity(
  settings: EngineSettings,
  { promptTokens, cachedTokens = 0, outputTokens }: RequestShape,
): EngineCapacity {
  const cachedBlocks = Math.floor(cachedTokens / blockTokens);
  const steps = outputTokens + (settings.asyncScheduling ? 1 : 0);
  const ownBlocks = Math.ceil((promptTokens + steps - 1) / blockTokens) - cachedBlocks;
  const sequences = Math.min(settings.maxSequences, Math.floor((settings.kvBlocks - cachedBlocks) / Math.max(1, ownBlocks)));
  const stepsMs = (settings.stepMs * steps) / sequences;
  const tokensMs = settings.prefillMs * (promptTokens - cachedTokens) + settings.decodeMs * (steps - 1);
  const requestsPerSecond = (1000 * settings.speed) / (stepsMs + tokensMs);
  return { sequences, requestsPerSecond, outputTokensPerSecond: requestsPerSecond * outputTokens };
}
