/**
 * Older ones may lose whole streams when they are killed (2.10.20 to 2.10.22, nats-server#6888), or lack `sync_interval` (2.9).
 */
export const oldestNatsServer = '2.10.23';

/** Compares dotted versions by number; what follows a hyphen is ignored. A text that is not a version is older than any. */
export function isAtLeast(version: string, oldest: string): boolean {
  const [have, need] = [version, oldest].map((text) => text.split('-', 1)[0]?.split('.').map(Number) ?? []);
  for (const [index, part] of (need ?? []).entries()) {
    const ours = have?.[index] ?? 0;
    if (ours !== part) return ours > part;
  }
  return true;
}
