/** Cuts a stream of bytes into messages: four bytes of length, then JSON (python/frames.py). */
export function createFrameReader(take: (message: unknown) => void): (chunk: Buffer) => void {
  let kept: Buffer = Buffer.alloc(0);
  return (chunk) => {
    kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    while (kept.length >= 4) {
      const end = 4 + kept.readUInt32LE(0);
      if (kept.length < end) return;
      const message: unknown = JSON.parse(kept.toString('utf8', 4, end));
      kept = kept.subarray(end);
      take(message);
    }
  };
}

export function encodeFrame(message: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text]);
}
