import type { RunState } from './state.ts';

/**
 * The round with the highest score, the earliest if several are equal; undefined while none has a score.
 *
 * Full and surrogate scores are compared directly, as the paper seems to do. That has a price: the highest of many noisy
 * scores is more likely lucky than good (the winner's curse), and a score from a few queries is noisier than one from all of
 * them. The winner's score is therefore too high on average, and its method says how far to distrust it.
 */
export function bestRound(state: RunState): number | undefined {
  let best: { readonly round: number; readonly score: number } | undefined;
  for (const { round, evaluation } of state.rounds) {
    if (evaluation !== undefined && (best === undefined || evaluation.score > best.score)) {
      best = { round, score: evaluation.score };
    }
  }
  return best?.round;
}
