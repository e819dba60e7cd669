import { charactersPerToken } from './token-estimate.ts';

/** Tokens of a block, as vLLM has by default. */
export const blockTokens = 16;

/** A hash for each whole block of 16 tokens, over everything up to its end: equal only behind the same beginning. */
export function blockHashes(text: string): number[] {
  const hashes: number[] = [];
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    // FNV-1a.
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    if ((index + 1) % (blockTokens * charactersPerToken) === 0) hashes.push(hash);
  }
  return hashes;
}
