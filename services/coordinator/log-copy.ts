import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { nextDigest } from './digested-log.ts';

/** A run's log as this process has read or written it, packed: from it, a log that the store loses is restored. */
export interface LogCopy {
  /** Entries. */
  readonly length: number;
  /** Of the log up to this many entries, at most `length`; "" for none. */
  digest(entries: number): string;
  push(entry: Uint8Array): void;
  /** Forgets all but the first so many entries. */
  cut(entries: number): void;
  /** All but the first so many, in order. */
  from(entries: number): Generator<Uint8Array>;
  /** What it takes in memory. */
  bytes(): number;
}

interface Pack {
  readonly entries: number;
  readonly bytes: Uint8Array;
}

/** Entries of a run resemble each other: packed together they take a tenth of their size, or a third where answers are long. */
const packedFromBytes = 256 * 1024;
const lengthBytes = 4;

export function createLogCopy(): LogCopy {
  const packs: Pack[] = [];
  let open: Uint8Array[] = [];
  let openBytes = 0;
  const digests: string[] = [];

  function* from(first: number): Generator<Uint8Array> {
    let place = 0;
    for (const { entries, bytes } of packs) {
      if (place + entries > first) yield* unpack(bytes).slice(Math.max(0, first - place));
      place += entries;
    }
    yield* open.slice(Math.max(0, first - place));
  }
  const push = (entry: Uint8Array): void => {
    digests.push(nextDigest(digests.at(-1) ?? '', entry));
    open.push(entry);
    openBytes += entry.length + lengthBytes;
    if (openBytes < packedFromBytes) return;
    packs.push({ entries: open.length, bytes: pack(open) });
    [open, openBytes] = [[], 0];
  };
  return {
    get length() {
      return digests.length;
    },
    digest: (entries) => digests[entries - 1] ?? '',
    push,
    cut(entries) {
      if (entries >= digests.length) return;
      const kept = [...from(0)].slice(0, entries);
      packs.splice(0);
      digests.splice(0);
      [open, openBytes] = [[], 0];
      for (const entry of kept) push(entry);
    },
    from,
    bytes: () => packs.reduce((sum, { bytes }) => sum + bytes.length, openBytes),
  };
}

/** Each entry after its length. */
function pack(entries: readonly Uint8Array[]): Uint8Array {
  const parts = entries.flatMap((entry) => {
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32LE(entry.length);
    return [length, entry];
  });
  return zstdCompressSync(Buffer.concat(parts));
}

function unpack(bytes: Uint8Array): Uint8Array[] {
  const content = zstdDecompressSync(bytes);
  const entries: Uint8Array[] = [];
  for (let place = 0; place < content.length; ) {
    const start = place + lengthBytes;
    place = start + content.readUInt32LE(place);
    entries.push(content.subarray(start, place));
  }
  return entries;
}
