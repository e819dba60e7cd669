/**
 * How long a call of a model takes by the length of its reply, whichever endpoint answers: a start, and so much for each token.
 */
export interface CallPace {
  /** How much slower than usual a call was: 1 for one that took as long as others of its length. */
  slownessOf(tokens: number, ms: number): number;
  note(tokens: number, ms: number): void;
}

/** What a call counts for after one more: the last 200 or so decide. */
const memory = 0.995;
const fewest = 8;

/** Least squares through (tokens, milliseconds), in which older calls count for less. */
export function createCallPace(): CallPace {
  let [count, tokensSum, msSum, squares, products] = [0, 0, 0, 0, 0];

  const expectedMs = (tokens: number): number => {
    const [tokensMean, msMean] = [tokensSum / count, msSum / count];
    const variance = squares / count - tokensMean ** 2;
    const slope = variance > 1 ? (products / count - tokensMean * msMean) / variance : 0;
    // Neither a token nor the start takes less than no time.
    const perToken = Math.min(Math.max(slope, 0), tokensMean > 0 ? msMean / tokensMean : 0);
    return msMean + perToken * (tokens - tokensMean);
  };

  return {
    slownessOf: (tokens, ms) => (count < fewest ? 1 : ms / Math.max(expectedMs(tokens), 1e-3)),
    note: (tokens, ms) => {
      count = memory * count + 1;
      tokensSum = memory * tokensSum + tokens;
      msSum = memory * msSum + ms;
      squares = memory * squares + tokens ** 2;
      products = memory * products + tokens * ms;
    },
  };
}
