import { createHash } from 'node:crypto';

/**
 * Of a log up to an entry, from that of the log before it, "" at the beginning. Equal digests mean equal beginnings, whatever
 * sequences a store has given the entries.
 */
export function nextDigest(digest: string, entry: Uint8Array): string {
  return createHash('sha256').update(digest).update(entry).digest('hex');
}
