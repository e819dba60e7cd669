/** Scores of several tries at the same queries (workflows, or repeats of one): scores[try][query]. */
export type Tries = readonly (readonly number[])[];

/**
 * Coverage, by query: 1 where at least one try is correct, else 0. It is the score of an oracle that knows which try to trust,
 * and it grows with the number of tries: compare it only with the same number of tries of something else.
 * @param threshold an answer with at least this score is correct; the paper does not give its own threshold for F1
 */
export function covered(tries: Tries, threshold: number): number[] {
  return (tries[0] ?? []).map((_, query) => Number(tries.some((scores) => (scores[query] as number) >= threshold)));
}

/** By try and query: 1 + how many tries score higher on the query; ties share a rank. */
export function competitionRanks(tries: Tries): number[][] {
  return ranksBy(tries, (higher) => higher.length);
}

/** By try and query: 1 + how many different scores on the query are higher. */
export function denseRanks(tries: Tries): number[][] {
  return ranksBy(tries, (higher) => new Set(higher).size);
}

function ranksBy(tries: Tries, ahead: (higher: readonly number[]) => number): number[][] {
  return tries.map((scores) =>
    scores.map((score, query) => {
      const others = tries.map((other) => other[query] as number);
      return 1 + ahead(others.filter((other) => other > score));
    }),
  );
}
