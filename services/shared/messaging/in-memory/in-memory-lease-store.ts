import type { LeaseStore } from '../bus.ts';
import { token } from '../subjects-and-streams.ts';
import { type InMemoryPart, requireOpen, type World } from './in-memory-world.ts';

interface HeldLease {
  readonly epoch: number;
  readonly id: string;
  expiresAtMs: number;
}

/** @param ttlMs how long a lease lives without renewal */
export function createInMemoryLeases(world: World, ttlMs: number): InMemoryPart<LeaseStore> {
  const { timing } = world;
  const leases = world.shelf<HeldLease>((held) => ({ ...held }));
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
        leases.set(key, { epoch, id, expiresAtMs: timing.monotonicMs() + ttlMs });
        /** By its id: a copy of the store has it too. */
        const present = (): HeldLease | undefined => {
          const there = leases.get(key);
          return there?.id === id && there.expiresAtMs > timing.monotonicMs() ? there : undefined;
        };
        return {
          epoch,
          id,
          ttlMs,
          async renew() {
            const there = client.closed ? undefined : present();
            if (there === undefined) return false;
            there.expiresAtMs = timing.monotonicMs() + ttlMs;
            return true;
          },
          async release() {
            if (present()) leases.delete(key);
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
