import type { CallCap, Party } from '../../sharing/standing.ts';
import type { SlotLease } from './slot-lease.ts';

/** Keeps the calls in flight of runs, sweeps and teams to what each may have, whichever endpoints they are at. */
export interface CallCaps {
  hasRoom(party: Party): boolean;
  /**
   * Counts a call; only where there is room.
   * @param cut ends it: its place may soon be another process's
   * @returns to be called when it has ended
   */
  begin(party: Party, cut: () => void): () => void;
  /** How many calls of a counter wait, and whose they are. */
  waiting(counter: object, of: ReadonlyMap<Party, number>): void;
}

export const noCaps: CallCaps = { hasRoom: () => true, begin: () => () => {}, waiting: () => {} };

/** The leases of places, as those of slots at an endpoint: all workers together keep to a cap. */
export interface CapLeases {
  leaseForCap(cap: CallCap): SlotLease;
}

/** @param onRoom called when one that was held back may begin */
export function createCallCaps(leases: CapLeases, onRoom: () => void): CallCaps {
  const heard = new WeakSet<SlotLease>();
  const leasesOf = (party: Party): SlotLease[] =>
    party.standing().caps.map((cap) => {
      const lease = leases.leaseForCap(cap);
      if (!heard.has(lease)) {
        heard.add(lease);
        lease.onRoom(onRoom);
      }
      return lease;
    });
  const told = new WeakMap<object, ReadonlySet<SlotLease>>();
  return {
    hasRoom: (party) => leasesOf(party).every((lease) => lease.hasRoom()),
    begin: (party, cut) => {
      const slots = leasesOf(party).map((lease) => lease.begin(cut, 0, party));
      return () => {
        for (const slot of slots) slot.ended();
      };
    },
    waiting: (counter, of) => {
      const before = told.get(counter);
      const waits = new Map<SlotLease, Map<Party, number>>();
      for (const [party, calls] of of) {
        for (const lease of leasesOf(party)) waits.set(lease, (waits.get(lease) ?? new Map()).set(party, calls));
      }
      if (waits.size === 0 && before === undefined) return;
      for (const lease of before ?? []) if (!waits.has(lease)) lease.waiting(counter, 0);
      for (const [lease, parties] of waits) {
        const calls = [...parties.values()].reduce((sum, each) => sum + each, 0);
        lease.waiting(counter, calls, parties);
      }
      told.set(counter, new Set(waits.keys()));
    },
  };
}
