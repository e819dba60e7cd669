/** Block numbers in the order in which they became free; each stands in it once. All operations take constant time. */
export interface FreeList {
  readonly size: number;
  push(block: number): void;
  /** The one that has been free longest. @throws RangeError if there is none */
  shift(): number;
  remove(block: number): void;
}

/** Holds the blocks 0 to count - 1 at first. */
export function createFreeList(count: number): FreeList {
  // A ring through the place `count`, which is no block: it stands before the first and behind the last.
  const next = Int32Array.from({ length: count + 1 }, (_, block) => (block + 1) % (count + 1));
  const previous = Int32Array.from({ length: count + 1 }, (_, block) => (block + count) % (count + 1));
  let size = count;

  const link = (before: number, after: number): void => {
    next[before] = after;
    previous[after] = before;
  };
  const remove = (block: number): void => {
    link(previous[block] ?? count, next[block] ?? count);
    size -= 1;
  };
  return {
    get size() {
      return size;
    },
    push: (block) => {
      link(previous[count] ?? count, block);
      link(block, count);
      size += 1;
    },
    shift: () => {
      const first = next[count] ?? count;
      if (first === count) throw new RangeError('no block is free');
      remove(first);
      return first;
    },
    remove,
  };
}
