import { zstdCompressSync } from 'node:zlib';

/** By zstd, for what is kept: without the rest of the 64 KiB that the compressor has written it into. */
export function compress(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(zstdCompressSync(bytes));
}
