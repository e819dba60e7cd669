import { crc32 } from 'node:zlib';
import { CachedContent, CachedResponse } from './generated/scale/v1/result.ts';
import { readVersionedMessage, schemaVersion } from './read-message.ts';

export function encodeResponse(cached: CachedContent): Uint8Array {
  const content = CachedContent.encode(cached).finish();
  return CachedResponse.encode({ schemaVersion, checksum: crc32(content), content: Buffer.from(content) }).finish();
}

/** Undefined for bytes that are not a whole entry under this key, as this version writes them: that is as good as none. */
export function decodeResponse(key: string, bytes: Uint8Array): CachedContent | undefined {
  try {
    const { checksum, content } = readVersionedMessage('CachedResponse', CachedResponse, bytes);
    if (crc32(content) !== checksum) return undefined;
    const cached = CachedContent.decode(content);
    return cached.key === key ? cached : undefined;
  } catch {
    return undefined;
  }
}
