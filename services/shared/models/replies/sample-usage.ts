import type { BilledUsage } from '../errors/endpoint-errors.ts';
import type { ReplyCollector } from './chat-reply.ts';

/** More characters than a token has in any text of some length: English has four to five. */
const mostCharactersPerToken = 7;

/**
 * The tokens of a request for several replies. vLLM's usage is that of all. llama-server gives each choice's own in the stream,
 * one after another, and of a whole body one choice's (seen in b0 of November 2026): what does not cover the pieces that were
 * received is mended from the choices' own figures, or else estimated.
 */
export function usageOfSamples(
  { usage, estimated }: BilledUsage,
  { pieces, countedApart, length }: Pick<ReplyCollector, 'pieces' | 'countedApart' | 'length'>,
  replies: number,
): BilledUsage {
  const { completionTokens } = usage;
  if (estimated || replies < 2) return { usage, estimated };
  const ofAll = countedApart.reduce((sum, count) => sum + count, 0);
  const coversAll = completionTokens >= pieces && length <= mostCharactersPerToken * completionTokens;
  if (coversAll) return { usage, estimated };
  if (countedApart.length === replies && ofAll >= pieces) return { usage: { ...usage, completionTokens: ofAll }, estimated };
  return { usage: { ...usage, completionTokens: Math.max(pieces, Math.ceil(length / 4), completionTokens) }, estimated: true };
}
