import type { RunDemand, SlotHolder, SlotTable } from '../../contracts/generated/scale/v1/slots.ts';
import { fillShares, type Wanting } from '../../sharing/fill-shares.ts';

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
  /** The runs that its calls are for. Not given: one that nobody else has. */
  readonly runs?: readonly RunDemand[];
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
  const asking: SlotHolder = { holder, limit, ttlMs, beat, wanted, slots: had, turn, runs: [...(claim.runs ?? [])] };
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
 * The slots of each holder: what its runs have, whole. Where holders name different limits, those up to a limit have no more than
 * it together.
 */
export function fairShares(holders: readonly SlotHolder[]): ReadonlyMap<string, number> {
  const exact = new Map(holders.map((each) => [each.holder, 0]));
  for (const { holder, slots } of runShares(holders)) exact.set(holder, (exact.get(holder) ?? 0) + slots);
  return wholeShares(holders, exact);
}

/** What a run has at a holder, as a fraction of slots, and what it has at all of them. */
export interface RunAtHolder {
  readonly holder: string;
  readonly runId: string;
  readonly slots: number;
  readonly ofRun: number;
}

/**
 * The slots are divided among the runs, by their weights and priorities, and what a run has among the holders of its calls, in
 * equal parts to those that want more.
 */
export function runShares(holders: readonly SlotHolder[]): readonly RunAtHolder[] {
  let parts = holders.flatMap(partsOf);
  for (const bound of new Set(holders.map(({ limit }) => limit).sort((one, other) => one - other))) {
    const [within, beyond] = [parts.filter(({ limit }) => limit <= bound), parts.filter(({ limit }) => limit > bound)];
    parts = [...sharedOut(within, bound), ...beyond];
  }
  const ofRuns = new Map<string, number>();
  for (const { run, wanted } of parts) ofRuns.set(run.runId, (ofRuns.get(run.runId) ?? 0) + wanted);
  return parts.map(({ holder, run, wanted }) => ({
    ...{ holder, runId: run.runId, slots: wanted },
    ofRun: ofRuns.get(run.runId) ?? 0,
  }));
}

/** A run's calls at one holder. */
interface Part {
  readonly holder: string;
  readonly limit: number;
  readonly wanted: number;
  readonly run: RunDemand;
}

function partsOf({ holder, limit, wanted, runs }: SlotHolder): Part[] {
  const those = runs.length > 0 ? runs : [{ runId: `of ${holder}`, wanted, weight: 1, priority: 0, within: [] }];
  return those.map((run) => ({ holder, limit, run, wanted: Math.min(wanted, run.wanted) }));
}

function sharedOut(parts: readonly Part[], capacity: number): Part[] {
  const byRun = Map.groupBy(parts, ({ run }) => run.runId);
  const shares = fillShares([...byRun].map(wantingOf), capacity);
  return [...byRun].flatMap(([runId, those]) => {
    const atHolders = those.map(({ holder, wanted }) => ({ key: holder, wanted, weight: 1, priority: 0, within: [] }));
    const ofHolders = fillShares(atHolders, shares.get(runId) ?? 0);
    return those.map((part) => ({ ...part, wanted: ofHolders.get(part.holder) ?? 0 }));
  });
}

function wantingOf([key, parts]: readonly [string, readonly Part[]]): Wanting {
  const { weight = 1, priority = 0, within = [] } = parts[0]?.run ?? {};
  return { key, weight: weight || 1, priority, within, wanted: parts.reduce((sum, { wanted }) => sum + wanted, 0) };
}

const next = 1e-9;

/**
 * Who has less than one slot goes first, in turns, or would never be served; then who has the largest part of a slot. Nobody has
 * more for it than it wants, and those up to a limit no more than it.
 */
function wholeShares(holders: readonly SlotHolder[], exact: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const shares = new Map([...exact].map(([holder, share]) => [holder, Math.floor(share + next)]));
  const shareOf = ({ holder }: SlotHolder): number => shares.get(holder) ?? 0;
  const restOf = (each: SlotHolder): number => (exact.get(each.holder) ?? 0) - shareOf(each);
  const bounds = [...new Set(holders.map(({ limit }) => limit))];
  const waiting = holders
    .filter((each) => restOf(each) > next)
    .sort(
      (one, other) =>
        Number(shareOf(one) > 0) - Number(shareOf(other) > 0) ||
        (shareOf(one) > 0 ? Math.round((restOf(other) - restOf(one)) / next) : 0) ||
        one.turn - other.turn ||
        (one.holder < other.holder ? -1 : 1),
    );
  for (const each of waiting) {
    const isFull = bounds.some(
      (bound) =>
        bound >= each.limit && bound <= holders.reduce((sum, other) => sum + (other.limit <= bound ? shareOf(other) : 0), 0),
    );
    if (!isFull) shares.set(each.holder, shareOf(each) + 1);
  }
  return shares;
}
