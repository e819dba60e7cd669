import { zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compress } from '../../../../services/coordinator/log/compress.ts';

test('keeps no more memory than the compressed bytes take', () => {
  const text = Buffer.from('round after round '.repeat(10_000));
  const packed = compress(text);
  expect(packed.length).toBeLessThan(1_000);
  expect(packed.buffer.byteLength).toBe(packed.length);
  expect(zstdDecompressSync(packed).equals(text)).toBe(true);
});
