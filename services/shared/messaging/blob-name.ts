import { hash } from 'node:crypto';

/** What a blob with this content is called: its SHA-256, hex. */
export function blobName(content: Uint8Array): string {
  return hash('sha256', content);
}
