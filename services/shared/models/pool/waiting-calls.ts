import type { Party } from '../../sharing/standing.ts';
import type { EndpointError } from '../errors/endpoint-errors.ts';
import type { EndpointRequest } from '../model-endpoint.ts';
import type { PoolMember } from './pool-member.ts';

/** A call that waits for a slot. */
export interface WaitingCall {
  readonly request: EndpointRequest;
  readonly prefixKey: string;
  readonly failed: readonly EndpointError[];
  readonly sinceMs: number;
  readonly party: Party;
  readonly admit: (member: PoolMember) => void;
  readonly refuse: (error: unknown) => void;
}

export interface WaitingCalls {
  readonly size: number;
  has(call: WaitingCall): boolean;
  add(call: WaitingCall): void;
  /** Does nothing for one that waits no more. */
  remove(call: WaitingCall): void;
  /** Those that wait now: what is done with one may end the waiting of others. */
  all(): readonly WaitingCall[];
  /** How many of them are whose. */
  byParty(): ReadonlyMap<Party, number>;
}

export function createWaitingCalls(): WaitingCalls {
  const calls = new Set<WaitingCall>();
  /** Counted as they come and go, for there may be thousands, and others are told at each call. */
  const counts = new Map<Party, number>();
  const count = (party: Party, more: 1 | -1): void => {
    const now = (counts.get(party) ?? 0) + more;
    if (now === 0) counts.delete(party);
    else counts.set(party, now);
  };
  return {
    get size() {
      return calls.size;
    },
    has: (call) => calls.has(call),
    add: (call) => {
      calls.add(call);
      count(call.party, 1);
    },
    remove: (call) => {
      if (calls.delete(call)) count(call.party, -1);
    },
    all: () => [...calls],
    byParty: () => new Map(counts),
  };
}
