import { charactersPerToken } from './token-estimate.ts';

const blockTokens = 16;
const blockCharacters = blockTokens * charactersPerToken;
const mostBlocks = 100_000;

export interface PrefixCache {
  /** Tokens at the prompt's start that an earlier prompt had too, in whole blocks of 16; remembers the prompt. */
  hits(prompt: string): number;
}

/** vLLM's automatic prefix caching, for the metrics only: it shows whether prompts put their fixed part first. */
export function createPrefixCache(): PrefixCache {
  const blocks = new Set<number>();
  return {
    hits: (prompt) => {
      if (blocks.size > mostBlocks) blocks.clear();
      let hash = 0x811c9dc5;
      let hitBlocks = 0;
      for (let index = 0; index < prompt.length; index += 1) {
        // FNV-1a over everything up to here, so that a block counts only behind the same beginning.
        hash = Math.imul(hash ^ prompt.charCodeAt(index), 0x01000193);
        if ((index + 1) % blockCharacters !== 0) continue;
        if (blocks.has(hash)) hitBlocks += 1;
        else blocks.add(hash);
      }
      return hitBlocks * blockTokens;
    },
  };
}
