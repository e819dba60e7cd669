import type { RoundReport } from '../../../domain/report/report-model.ts';

export interface Placed {
  readonly round: RoundReport;
  readonly depth: number;
  /** In rows from the top; a parent is centred on its children. */
  readonly row: number;
  readonly parent: number | undefined;
  readonly children: readonly number[];
  /** From 1, among its siblings. */
  readonly place: number;
  readonly siblings: number;
}

/** Where each round of a search stands: its parent to the left of it. From top to bottom as they are drawn, parents first. */
export function treeLayout(rounds: readonly RoundReport[]): readonly Placed[] {
  const numbers = new Set(rounds.map(({ round }) => round));
  const isRoot = ({ round, parentRound }: RoundReport) => parentRound === round || !numbers.has(parentRound);
  const childrenOf = Map.groupBy(rounds, (round) => (isRoot(round) ? undefined : round.parentRound));
  const placed: Placed[] = [];
  let leaves = 0;
  const place = (round: RoundReport, depth: number, at: number, siblings: number): number => {
    const children = childrenOf.get(round.round) ?? [];
    const mine = placed.length;
    placed.push(undefined as never);
    const rows = children.map((child, index) => place(child, depth + 1, index + 1, children.length));
    const [first, last] = [rows.at(0), rows.at(-1)];
    const row = first !== undefined && last !== undefined ? (first + last) / 2 : leaves++;
    placed[mine] = {
      ...{ round, depth, row, place: at, siblings },
      parent: isRoot(round) ? undefined : round.parentRound,
      children: children.map((child) => child.round),
    };
    return row;
  };
  const roots = childrenOf.get(undefined) ?? [];
  for (const [index, root] of roots.entries()) place(root, 0, index + 1, roots.length);
  return placed;
}
