import { blockHashes, blockTokens } from './block-hashes.ts';

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
      let hitBlocks = 0;
      for (const hash of blockHashes(prompt)) {
        if (blocks.has(hash)) hitBlocks += 1;
        else blocks.add(hash);
      }
      return hitBlocks * blockTokens;
    },
  };
}
