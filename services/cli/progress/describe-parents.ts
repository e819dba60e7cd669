/** Where a round's workflow comes from: "from round 3", or "merges rounds 3 and 5". */
export function describeParents({
  parentRound,
  mergedRound,
}: {
  readonly parentRound: number;
  readonly mergedRound?: number;
}): string {
  return mergedRound === undefined ? `from round ${parentRound}` : `merges rounds ${parentRound} and ${mergedRound}`;
}
