import type { SharingGroup } from './standing.ts';

/** Who wants a part of something that there is not enough of. */
export interface Wanting {
  readonly key: string;
  /** Infinity for all that there is. */
  readonly wanted: number;
  /** Above 0. */
  readonly weight: number;
  /** Higher ones have what they want first. */
  readonly priority: number;
  /** The groups that it is in, the outermost first: a group's part is divided among its members. */
  readonly within: readonly SharingGroup[];
}

interface Node {
  readonly weight: number;
  readonly wanted: number;
  readonly members: readonly Wanting[];
}

/**
 * Weighted max-min shares: each has as much as it wants, or as much for its weight as any other that wants more. What one does
 * not want is left to those beside it in its group first.
 * @returns parts by key, as fractions of slots
 */
export function fillShares(all: readonly Wanting[], capacity: number): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  let left = capacity;
  for (const priority of [...new Set(all.map((each) => each.priority))].sort((one, other) => other - one)) {
    const level = all.filter((each) => each.priority === priority);
    left = Math.max(0, left - divide(level, left, 0, shares));
  }
  return shares;
}

/** @returns how much of it was given */
function divide(members: readonly Wanting[], capacity: number, depth: number, shares: Map<string, number>): number {
  const groups = Map.groupBy(members, ({ key, within }) => {
    const group = within[depth];
    return group === undefined ? `member ${key}` : `group ${group.name}`;
  });
  const nodes = [...groups.values()].map((those): Node => {
    const [first] = those;
    return {
      weight: first?.within[depth]?.weight ?? first?.weight ?? 1,
      wanted: those.reduce((sum, { wanted }) => sum + wanted, 0),
      members: those,
    };
  });
  let given = 0;
  for (const [{ members: inside }, part] of filled(nodes, capacity)) {
    const [only] = inside;
    if (only !== undefined && inside.length === 1) shares.set(only.key, part);
    else divide(inside, part, depth + 1, shares);
    given += part;
  }
  return given;
}

/** Those who want least for their weight are served first; what is left is level for the others. */
function filled(nodes: readonly Node[], capacity: number): ReadonlyMap<Node, number> {
  const parts = new Map<Node, number>();
  let left = capacity;
  let weights = nodes.reduce((sum, { weight }) => sum + weight, 0);
  for (const node of [...nodes].sort((one, other) => one.wanted / one.weight - other.wanted / other.weight)) {
    const part = Math.min(node.wanted, (left * node.weight) / weights);
    parts.set(node, part);
    left -= part;
    weights -= node.weight;
  }
  return parts;
}
