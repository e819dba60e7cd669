/** Scores of several attempts at the same queries (workflows, or repeats of one): scores[attempt][query]. */
export type Attempts = readonly (readonly number[])[];

/**
 * Coverage, by query: 1 where at least one attempt is correct, else 0. It is an oracle's score, who knows which attempt to trust,
 * and grows with the number of attempts: compare it only with as many of something else.
 * @param threshold from this score on an answer is correct; the paper does not give its own for F1
 */
export function covered(attempts: Attempts, threshold: number): number[] {
  return (attempts[0] ?? []).map((_, query) => Number(attempts.some((scores) => (scores[query] as number) >= threshold)));
}

/** By attempt and query: 1 + how many attempts score higher on the query; equals share a rank. */
export function competitionRanks(attempts: Attempts): number[][] {
  return ranksBy(attempts, (higher) => higher.length);
}

/** By attempt and query: 1 + how many different scores on the query are higher. */
export function denseRanks(attempts: Attempts): number[][] {
  return ranksBy(attempts, (higher) => new Set(higher).size);
}

function ranksBy(attempts: Attempts, ahead: (higher: readonly number[]) => number): number[][] {
  return attempts.map((scores) =>
    scores.map((score, query) => {
      const others = attempts.map((other) => other[query] as number);
      return 1 + ahead(others.filter((other) => other > score));
    }),
  );
}
