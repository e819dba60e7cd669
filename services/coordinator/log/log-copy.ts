import { zstdDecompressSync } from 'node:zlib';
import { nextDigest } from '../../shared/contracts/log-digest.ts';
import { compress } from './compress.ts';

/** A run's log as this process has read or written it, packed: from it, a log that the store loses is restored. */
export interface LogCopy {
  /** Entries, with those that were skipped. */
  readonly length: number;
  /** Entries at the beginning that this process has not read; 0 for a copy from which the log can be restored. */
  readonly skipped: number;
  /** Of the log up to this many entries; "" for none and where it is not known. */
  digest(entries: number): string;
  push(entry: Uint8Array): void;
  /** Forgets all but the first so many entries; all of them, if some of those were skipped. */
  cut(entries: number): void;
  /** All but the first so many, in order. @throws RangeError if some of them were skipped */
  from(entries: number): Generator<Uint8Array>;
  /** An empty copy begins after so many entries, up to which the log has this digest. */
  skip(entries: number, digest: string): void;
  /** What was skipped, as it was read after all. False if it is not the beginning of this log; then nothing changes. */
  complete(skipped: LogCopy): boolean;
  /** The packed ones, with all that came before the open end. */
  packs(): readonly Pack[];
}

interface Pack {
  readonly entries: number;
  readonly bytes: Uint8Array;
}

/** Entries of a run resemble each other: packed together they take a tenth of their size, or a third where answers are long. */
const packedFromBytes = 256 * 1024;
const lengthBytes = 4;

export function createLogCopy(): LogCopy {
  let packs: Pack[] = [];
  let open: Uint8Array[] = [];
  let openBytes = 0;
  let skipped = 0;
  /** After the skipped ones, and after each entry that follows them. */
  let digests: string[] = [''];

  function* from(first: number): Generator<Uint8Array> {
    if (first < skipped) throw new RangeError(`the first ${skipped} entries were skipped`);
    let place = skipped;
    for (const { entries, bytes } of packs) {
      if (place + entries > first) yield* unpack(bytes).slice(Math.max(0, first - place));
      place += entries;
    }
    yield* open.slice(Math.max(0, first - place));
  }
  const closeOpen = (): void => {
    if (open.length > 0) packs.push({ entries: open.length, bytes: pack(open) });
    [open, openBytes] = [[], 0];
  };
  const push = (entry: Uint8Array): void => {
    digests.push(nextDigest(digests.at(-1) ?? '', entry));
    open.push(entry);
    openBytes += entry.length + lengthBytes;
    if (openBytes >= packedFromBytes) closeOpen();
  };
  const begin = (after: number, digest: string): void => {
    [packs, open, openBytes, skipped, digests] = [[], [], 0, after, [digest]];
  };
  const copy: LogCopy = {
    get length() {
      return skipped + digests.length - 1;
    },
    get skipped() {
      return skipped;
    },
    digest: (entries) => digests[entries - skipped] ?? '',
    push,
    cut(entries) {
      if (entries >= copy.length) return;
      const kept = entries <= skipped ? [] : [...from(skipped)].slice(0, entries - skipped);
      if (entries < skipped) begin(0, '');
      else begin(skipped, digests[0] ?? '');
      for (const entry of kept) push(entry);
    },
    from,
    skip: begin,
    complete(older) {
      if (older.length !== skipped || older.digest(skipped) !== digests[0]) return false;
      packs = [...older.packs(), ...packs];
      digests = [...Array.from({ length: skipped }, (_, entries) => older.digest(entries)), ...digests];
      skipped = 0;
      return true;
    },
    packs() {
      closeOpen();
      return packs;
    },
  };
  return copy;
}

/** Each entry after its length. */
function pack(entries: readonly Uint8Array[]): Uint8Array {
  const parts = entries.flatMap((entry) => {
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32LE(entry.length);
    return [length, entry];
  });
  return compress(Buffer.concat(parts));
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
