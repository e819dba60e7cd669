import type { SlotHolder, SlotTable } from '../contracts/generated/scale/v1/slots.ts';

/**
 * How the calls that an endpoint may have in flight are divided among the workers that call it. Each worker changes its own entry
 * of the table alone, and takes only what nobody has: so whatever they know of each other, and in whichever order their changes
 * come, the sum stays within the limit. What is fair decides who gives back.
 */

/** What a worker asks for. */
export interface SlotClaim {
  readonly holder: string;
  /** Most calls in flight at the endpoint, as the worker's run says; from 1. */
  readonly limit: number;
  /** Calls that it has, in flight or waiting; 0: it leaves. */
  readonly wanted: number;
  /** Calls in flight: their slots cannot be given back. */
  readonly inUse: number;
  /** Higher than in whatever it wrote before. */
  readonly beat: number;
  readonly ttlMs: number;
  /** It has had slots for long enough that a holder without any goes first now. */
  readonly hadItsTurn: boolean;
  /** Whether another holder is known to have died. */
  isDead(holder: SlotHolder): boolean;
}

/** The table with the claimant's entry, and without the dead. */
export function claimSlots(table: SlotTable, claim: SlotClaim): SlotTable {
  const others = table.holders.filter((each) => each.holder !== claim.holder && !claim.isDead(each));
  const known = table.holders.find(({ holder }) => holder === claim.holder);
  if (claim.wanted === 0 && claim.inUse === 0) return { ...table, holders: others };
  const { holder, limit, beat, ttlMs } = claim;
  const wanted = Math.min(limit, Math.max(claim.wanted, claim.inUse));
  const { slots: had = 0, turn: before = 0 } = known ?? {};
  const yields = claim.hadItsTurn && had > 0 && others.some((each) => each.slots === 0);
  const turn = yields ? 1 + Math.max(before, ...others.map((each) => each.turn)) : before;
  const asking: SlotHolder = { holder, limit, ttlMs, beat, wanted, slots: had, turn };
  const slots = slotsFor(asking, others, claim.inUse);
  return { ...table, holders: [...others, { ...asking, slots }] };
}

function slotsFor(asking: SlotHolder, others: readonly SlotHolder[], inUse: number): number {
  const had = asking.slots;
  const shares = fairShares([...others, asking]);
  const shareOf = ({ holder }: SlotHolder): number => shares.get(holder) ?? 0;
  const mine = shareOf(asking);
  /** Most that it may hold. */
  const room = Math.max(0, roomFor(asking, others));
  const lacking = others.reduce((sum, each) => sum + Math.max(0, shareOf(each) - each.slots), 0);
  const kept = had - Math.max(0, Math.min(had - mine, lacking - (room - had)));
  const needed = Math.min(room, Math.max(mine, kept, Math.min(inUse, had)));
  // What nobody lacks is of more use with a holder than with none, and is given back when it is wanted.
  const spare = Math.max(0, room - needed - lacking);
  return needed + Math.floor(spare / (others.length + 1));
}

/** What the others leave: of its own limit, and of each higher one. */
function roomFor({ limit }: SlotHolder, others: readonly SlotHolder[]): number {
  const bounds = [limit, ...others.map((each) => each.limit).filter((each) => each > limit)];
  return Math.min(...bounds.map((bound) => bound - heldWithin(others, bound)));
}

function heldWithin(holders: readonly SlotHolder[], bound: number): number {
  return holders.reduce((sum, { limit, slots }) => sum + (limit <= bound ? slots : 0), 0);
}

/**
 * As many as it wants to each, or the same to all that want more. Where holders name different limits, those up to a limit have
 * no more than it together.
 */
export function fairShares(holders: readonly SlotHolder[]): ReadonlyMap<string, number> {
  let shares = new Map(holders.map(({ holder, wanted }) => [holder, wanted]));
  for (const bound of new Set(holders.map(({ limit }) => limit).sort((one, other) => one - other))) {
    const within = holders.filter(({ limit }) => limit <= bound);
    const filled = fill(
      within.map((each) => ({ ...each, wanted: shares.get(each.holder) ?? 0 })),
      bound,
    );
    shares = new Map([...shares, ...filled]);
  }
  return shares;
}

function fill(holders: readonly SlotHolder[], capacity: number): Map<string, number> {
  const shares = new Map<string, number>();
  let left = capacity;
  let unserved = [...holders].sort((one, other) => one.wanted - other.wanted);
  for (const { holder, wanted } of [...unserved]) {
    if (wanted * unserved.length > left) break;
    shares.set(holder, wanted);
    left -= wanted;
    unserved = unserved.slice(1);
  }
  const level = unserved.length === 0 ? 0 : Math.floor(left / unserved.length);
  left -= level * unserved.length;
  const byTurn = unserved.sort((one, other) => one.turn - other.turn || (one.holder < other.holder ? -1 : 1));
  for (const [index, { holder, wanted }] of byTurn.entries()) {
    shares.set(holder, Math.min(wanted, level + (index < left ? 1 : 0)));
  }
  return shares;
}
