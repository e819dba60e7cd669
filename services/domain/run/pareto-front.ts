/** A workflow as score and cost see it. */
export interface ScoreAndCost {
  readonly score: number;
  /** Of an answer, in tokens; absent where nothing was executed. */
  readonly tokens?: number | undefined;
}

/**
 * Which of these no other one beats: none has at least its score for fewer tokens, or a higher score for no more. Those of
 * unknown cost are beaten by any with at least their score, and beat nobody.
 */
export function paretoFront(points: readonly ScoreAndCost[]): boolean[] {
  const cost = ({ tokens = Number.POSITIVE_INFINITY }: ScoreAndCost): number => tokens;
  const byScore = [...points.keys()].sort((one, other) => {
    const [a, b] = [points[one] as ScoreAndCost, points[other] as ScoreAndCost];
    return b.score - a.score || cost(a) - cost(b);
  });
  const isOnFront = points.map(() => false);
  let cheapest = Number.POSITIVE_INFINITY;
  let last: ScoreAndCost | undefined;
  for (const place of byScore) {
    const point = points[place] as ScoreAndCost;
    // Twins are both on it.
    const isTwin = last?.score === point.score && cost(last) === cost(point);
    if (!(cost(point) < cheapest || last === undefined || isTwin)) continue;
    isOnFront[place] = true;
    cheapest = Math.min(cheapest, cost(point));
    last = point;
  }
  return isOnFront;
}
