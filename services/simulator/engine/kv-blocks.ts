import { createFreeList } from './free-list.ts';

/**
 * The KV cache of one replica. Full blocks are known by a hash; one that nobody holds any more keeps its hash until it is handed
 * out again, the one that has been free longest first: that is the prefix cache.
 */
export interface KvBlocks {
  readonly total: number;
  /** Blocks that a sequence holds. */
  readonly held: number;
  /** The cached blocks of the first hashes, at most so many, up to the first that is not cached. */
  cached(hashes: readonly number[], most: number): number[];
  /** Whether the cached blocks can be held with so many fresh ones. */
  fits(cached: readonly number[], fresh: number): boolean;
  /** Holds the cached blocks and so many fresh ones; nothing and undefined, if they do not fit. */
  hold(cached: readonly number[], fresh: number): number[] | undefined;
  /** The block is full now and may be found by its hash. */
  remember(block: number, hash: number): void;
  /** Lets go of a sequence's blocks: its last one is the first to be handed out again. */
  release(blocks: readonly number[]): void;
}

export function createKvBlocks(total: number): KvBlocks {
  const free = createFreeList(total);
  const holders = new Int32Array(total);
  const blockOf = new Map<number, number>();
  const hashOf = new Map<number, number>();

  const forget = (block: number): void => {
    const hash = hashOf.get(block);
    if (hash === undefined) return;
    hashOf.delete(block);
    blockOf.delete(hash);
  };
  const fits: KvBlocks['fits'] = (cached, fresh) => {
    const idle = cached.filter((block) => holders[block] === 0).length;
    return fresh + idle <= free.size;
  };

  return {
    total,
    get held() {
      return total - free.size;
    },
    cached: (hashes, most) => {
      const blocks: number[] = [];
      for (const hash of hashes) {
        const block = blocks.length < most ? blockOf.get(hash) : undefined;
        if (block === undefined) break;
        blocks.push(block);
      }
      return blocks;
    },
    fits,
    hold: (cached, fresh) => {
      if (!fits(cached, fresh)) return undefined;
      for (const block of cached) {
        if (holders[block] === 0) free.remove(block);
        holders[block] = (holders[block] ?? 0) + 1;
      }
      const handedOut = Array.from({ length: fresh }, () => {
        const block = free.shift();
        forget(block);
        holders[block] = 1;
        return block;
      });
      return [...cached, ...handedOut];
    },
    remember: (block, hash) => {
      // Two sequences that compute the same at once hold a block each; one of them is enough to be found.
      if (blockOf.has(hash) || hashOf.has(block)) return;
      blockOf.set(hash, block);
      hashOf.set(block, hash);
    },
    release: (blocks) => {
      for (const block of blocks.toReversed()) {
        const left = (holders[block] ?? 0) - 1;
        holders[block] = left;
        if (left === 0) free.push(block);
      }
    },
  };
}
