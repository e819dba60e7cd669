import type { LeaseStore } from './bus.ts';
import { type InMemoryPart, requireOpen, type World } from './in-memory-world.ts';
import { token } from './subjects-and-streams.ts';

interface HeldLease {
  readonly epoch: number;
  readonly id: string;
  expiresAtMs: number;
}

/** @param ttlMs how long a lease lives without renewal */
export function createInMemoryLeases(world: World, ttlMs: number): InMemoryPart<LeaseStore> {
  const { timing } = world;
  const leases = new Map<string, HeldLease>();
  return {
    wipe: () => leases.clear(),
    open: (client) => ({
      async acquire(name) {
        const key = token(name);
        requireOpen(client, `acquire lease ${key}`);
        const holding = leases.get(key);
        if (holding && holding.expiresAtMs > timing.monotonicMs()) return undefined;
        const epoch = world.nextSequence();
        const id = `${world.incarnation()}-${epoch}`;
        const held: HeldLease = { epoch, id, expiresAtMs: timing.monotonicMs() + ttlMs };
        leases.set(key, held);
        const isHeld = () => leases.get(key) === held && held.expiresAtMs > timing.monotonicMs();
        return {
          epoch,
          id,
          ttlMs,
          async renew() {
            if (client.closed || !isHeld()) return false;
            held.expiresAtMs = timing.monotonicMs() + ttlMs;
            return true;
          },
          async release() {
            if (isHeld()) leases.delete(key);
          },
        };
      },
      async holding(name) {
        const key = token(name);
        requireOpen(client, `look at lease ${key}`);
        const held = leases.get(key);
        return held && held.expiresAtMs > timing.monotonicMs() ? held.id : undefined;
      },
    }),
  };
}
