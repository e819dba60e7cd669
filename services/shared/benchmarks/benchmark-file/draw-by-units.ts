import type { Random } from '../../../domain/ports.ts';
import { shuffled } from '../../../domain/random.ts';

/** Rows that stay together. */
export interface SplitUnit {
  readonly members: readonly { readonly number: number; readonly stratum: string }[];
}

interface Share {
  /** Undefined: what is in no split. */
  readonly split: string | undefined;
  /** Rows that it should have of each stratum. */
  readonly wanted: ReadonlyMap<string, number>;
  readonly has: Map<string, number>;
  /** The same of all strata together. */
  readonly wantedRows: number;
  rows: number;
}

/**
 * Deals whole units out, so that every split has its share of each stratum as nearly as that goes: the largest units first, each
 * to where the squares of what is too much or too little grow least.
 * @returns the split by the number of a row
 */
export function drawnByUnits(
  units: readonly SplitUnit[],
  shares: Readonly<Record<string, number>>,
  random: Random,
): Map<number, string> {
  const totals = countsOf(units.flatMap(({ members }) => members));
  const rest = 1 - Object.values(shares).reduce((sum, share) => sum + share, 0);
  const all: readonly (readonly [string | undefined, number])[] = [
    ...Object.entries(shares),
    ...(rest > 1e-9 ? [[undefined, rest] as const] : []),
  ];
  const places: readonly Share[] = all.map(([split, share]) => ({
    ...{ split, has: new Map<string, number>(), rows: 0 },
    wanted: new Map([...totals].map(([stratum, total]) => [stratum, total * share])),
    wantedRows: [...totals.values()].reduce((sum, total) => sum + total, 0) * share,
  }));
  const drawn = new Map<number, string>();
  const order = shuffled(random, units).toSorted((one, other) => other.members.length - one.members.length);
  for (const { members } of order) {
    const counts = countsOf(members);
    const costs = places.map((place) => costOf(place, counts));
    const best = places[costs.indexOf(Math.min(...costs))];
    if (best === undefined) continue;
    for (const [stratum, count] of counts) best.has.set(stratum, (best.has.get(stratum) ?? 0) + count);
    best.rows += members.length;
    if (best.split !== undefined) for (const { number } of members) drawn.set(number, best.split);
  }
  return drawn;
}

function countsOf(members: SplitUnit['members']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { stratum } of members) counts.set(stratum, (counts.get(stratum) ?? 0) + 1);
  return counts;
}

/** By how much the squares grow, of each stratum and of all rows together, relative to what is wanted. */
function costOf({ wanted, has, wantedRows, rows }: Share, counts: ReadonlyMap<string, number>): number {
  const growth = (before: number, more: number, goal: number): number =>
    ((before + more - goal) ** 2 - (before - goal) ** 2) / Math.max(goal, 1e-9);
  let [cost, size] = [0, 0];
  for (const [stratum, count] of counts) {
    cost += growth(has.get(stratum) ?? 0, count, wanted.get(stratum) ?? 0);
    size += count;
  }
  return cost + growth(rows, size, wantedRows);
}
