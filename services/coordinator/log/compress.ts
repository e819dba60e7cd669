import { zstdCompressSync } from 'node:zlib';

/** By zstd, for what is kept: without the rest of the 64 KiB that the compressor has written it into. */
export function compress(bytes: Uint8Array): Uint8Array {
  // Without its size, the compressor makes room for megabytes, which takes longer than to compress a short text.
  return Uint8Array.from(zstdCompressSync(bytes, { pledgedSrcSize: bytes.length }));
}
