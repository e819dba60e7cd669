import type { LimitName } from '../../domain/run/event.ts';
import type {
  BudgetAmount,
  BudgetEnd,
  BudgetHolder,
  BudgetTable,
  BudgetTerms,
  PartAmount,
} from '../contracts/generated/scale/v1/budgets.ts';
import { add, addParts, type BudgetPart, countedKinds, most, ofPart, totalOf } from './amounts.ts';

/**
 * How what a scope may spend is given out. What a call may take is reserved in the table before the call is sent, and replaced by
 * what it took when it has ended; nothing is given out beyond what is neither spent nor reserved. Each worker changes its own
 * entry alone, so whatever they know of each other, and in whichever order their changes come, the sum keeps to the limit: it is
 * exceeded by no more than what the calls in flight take beyond their reservations.
 */

/** What a call is about to take. */
export interface BudgetRequest {
  readonly part: BudgetPart;
  /** What it will probably take at most. */
  readonly expected: BudgetAmount;
  /** What it takes in any case: with nothing else under way, so much room is enough, and the call goes alone. */
  readonly least: BudgetAmount;
}

/** What a worker says of itself, and asks for. */
export interface BudgetClaim {
  readonly holder: string;
  /** Higher than in whatever it wrote before. */
  readonly beat: number;
  readonly ttlMs: number;
  /** For its calls under way. */
  readonly reserved: readonly PartAmount[];
  /** By those that have ended. */
  readonly spent: readonly PartAmount[];
  /** In the order of their arrival. */
  readonly requests: readonly BudgetRequest[];
  /** Whether another holder is known to have died. */
  isDead(holder: BudgetHolder): boolean;
}

export interface BudgetAnswer {
  readonly table: BudgetTable;
  /** For each request: there is room; there may be later; or there is none until the terms change. */
  readonly answers: readonly ('granted' | 'wait' | BudgetEnd)[];
}

/** The table with the claimant's entry, and what its requests get. */
export function claimBudget(found: BudgetTable, claim: BudgetClaim): BudgetAnswer {
  const alive = withoutDead(found, (each) => each.holder !== claim.holder && claim.isDead(each));
  const others = alive.holders.filter(({ holder }) => holder !== claim.holder);
  const { holder, beat, ttlMs, reserved, spent } = claim;
  const withOwn = (own: readonly PartAmount[]): BudgetTable => ({
    ...alive,
    holders: [...others, { holder, beat, ttlMs, reserved: [...own], spent: [...spent] }],
  });
  let own = addParts(reserved, []);
  let { ends } = alive;
  const answers = claim.requests.map((request): BudgetAnswer['answers'][number] => {
    const { part, expected } = request;
    const ended = ends.find((end) => end.part === part);
    if (ended !== undefined) return ended;
    const lack = lackFor({ ...withOwn(own), ends }, request);
    if (lack === undefined) {
      own = addParts(own, [{ part, amount: expected }]);
      return 'granted';
    }
    if (lack === 'unknown' || reservedIn(withOwn(own)).calls > 0) return 'wait';
    ends = [...ends, lack];
    return lack;
  });
  const isIdle = totalOf(own).calls === 0;
  // Who has nothing under way need not be known to be alive.
  const table = isIdle ? { ...alive, holders: others, gone: addParts(alive.gone, spent) } : withOwn(own);
  return { table: { ...table, ends }, answers };
}

/** Without those that are dead: what was reserved for their calls counts as spent, since nobody knows how they ended. */
export function withoutDead(table: BudgetTable, isDead: (holder: BudgetHolder) => boolean): BudgetTable {
  const dead = table.holders.filter(isDead);
  if (dead.length === 0) return table;
  return {
    ...table,
    holders: table.holders.filter((each) => !dead.includes(each)),
    gone: addParts(table.gone, [...dead.flatMap(({ spent }) => spent), ...dead.flatMap(({ reserved }) => reserved)]),
    lost: add(table.lost, ...dead.map(({ reserved }) => totalOf(reserved))),
  };
}

/** What counts as spent, calls that were lost included. */
export function spentIn({ holders, gone, noted }: BudgetTable): BudgetAmount {
  return most(totalOf([...gone, ...holders.flatMap(({ spent }) => spent)]), noted);
}

/** What is reserved for calls under way. */
export function reservedIn({ holders }: BudgetTable): BudgetAmount {
  return totalOf(holders.flatMap(({ reserved }) => reserved));
}

/** What the request lacks, as the end that it is; undefined if there is room, `unknown` while nobody has said what there is. */
function lackFor(table: BudgetTable, { part, expected, least }: BudgetRequest): BudgetEnd | 'unknown' | undefined {
  const { terms } = table;
  if (terms === undefined) return 'unknown';
  const isAlone = reservedIn(table).calls === 0;
  const need = isAlone ? least : expected;
  const [spent, reserved] = [spentIn(table), reservedIn(table)];
  const parts = [...table.gone, ...table.holders.flatMap((each) => [...each.spent, ...each.reserved])];
  const ownShare = part === 'propose' ? terms.proposing : part === 'search' ? terms.searching : 1;
  for (const kind of countedKinds) {
    const limit = terms.most?.[kind] ?? 0;
    if (limit === 0) continue;
    const used = spent[kind] + reserved[kind];
    const isOver = used + need[kind] > limit * shareOf(terms, part);
    const isOverOwn = ownShare < 1 && ofPart(parts, part)[kind] + need[kind] > limit * ownShare;
    if (isOver || isOverOwn) return { part, limit: kind, most: limit, used: spent[kind], reason: '' };
  }
  return undefined;
}

/** What a part and all that it may not touch have together. */
function shareOf({ finalPick, test }: BudgetTerms, part: BudgetPart): number {
  if (part === 'test') return 1;
  return part === 'pick' ? 1 - test : 1 - test - finalPick;
}

/** The table under these terms: what had no room may have some again. */
export function withTerms(table: BudgetTable, terms: BudgetTerms): BudgetTable {
  if (table.terms !== undefined && isSame(table.terms, terms)) return table;
  // What is under way at midnight is of the new day; the account of the old one is closed.
  const begins = table.terms !== undefined && table.terms.period !== terms.period;
  const fresh = { gone: [], lost: undefined, noted: undefined, holders: table.holders.map((each) => ({ ...each, spent: [] })) };
  return { ...table, ...(begins && fresh), terms, ends: [] };
}

function isSame(one: BudgetTerms, other: BudgetTerms): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Nothing more of these parts begins. */
export function withEnd(table: BudgetTable, parts: readonly BudgetPart[], end: EndByOther): BudgetTable {
  const missing = parts.filter((part) => !table.ends.some((each) => each.part === part));
  if (missing.length === 0) return table;
  return { ...table, ends: [...table.ends, ...missing.map((part) => ({ part, used: 0, reason: '', ...end }))] };
}

/** Without the ends at these limits. */
export function withoutEndsBy(table: BudgetTable, limits: readonly string[]): BudgetTable {
  if (!table.ends.some(({ limit }) => limits.includes(limit))) return table;
  return { ...table, ends: table.ends.filter(({ limit }) => !limits.includes(limit)) };
}

/** An end that does not follow from the table. */
export interface EndByOther {
  readonly limit: Extract<LimitName, 'time' | 'stop'>;
  readonly most: number;
  readonly reason?: string;
}
