import type { ResponseStore } from '../response-store.ts';
import { subjects } from '../subjects-and-streams.ts';
import { type InMemoryPart, requireOpen, type World } from './in-memory-world.ts';

export interface CacheLimits {
  readonly maxBytes?: number;
  /** 0 for no limit. */
  readonly maxAgeMs?: number;
}

interface Kept {
  readonly keptAtMs: number;
  readonly entry: Uint8Array;
}

export function createInMemoryResponses(
  world: World,
  { maxBytes = 256 * 1024 ** 2, maxAgeMs = 0 }: CacheLimits = {},
): InMemoryPart<ResponseStore> {
  /** The oldest first. */
  const responses = world.shelf<Kept>();
  const bytes = (): number => [...responses.values()].reduce((sum, { entry }) => sum + entry.length, 0);
  const forget = (): void => {
    const since = maxAgeMs === 0 ? Number.NEGATIVE_INFINITY : world.timing.wallMs() - maxAgeMs;
    let left = bytes();
    for (const [subject, { keptAtMs, entry }] of responses) {
      if (left <= maxBytes && keptAtMs >= since) return;
      responses.delete(subject);
      left -= entry.length;
    }
  };
  return {
    wipe: () => responses.clear(),
    open: (client) => ({
      async put(key, entry) {
        const subject = subjects.response(key);
        requireOpen(client, `publish ${subject}`);
        responses.delete(subject);
        responses.set(subject, { keptAtMs: world.timing.wallMs(), entry: entry.slice() });
        forget();
      },
      async get(key) {
        const subject = subjects.response(key);
        requireOpen(client, `read ${subject}`);
        forget();
        const kept = responses.get(subject);
        return kept && { ...kept, entry: kept.entry.slice() };
      },
      async size() {
        requireOpen(client, 'look at the response cache');
        forget();
        return { replies: responses.size, bytes: bytes(), maxBytes, maxAgeMs };
      },
      async clear() {
        requireOpen(client, 'clear the response cache');
        const { size } = responses;
        responses.clear();
        return size;
      },
    }),
  };
}
