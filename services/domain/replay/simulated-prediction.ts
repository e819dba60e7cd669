import type { Random } from '../ports.ts';
import { randomNormal } from '../random.ts';
import { mean } from '../statistics/intervals.ts';

/** The quality of S_pred in the paper's Table 3. */
export const paperPrediction = { pearson: 0.05, meanAbsoluteError: 0.05 };

/**
 * Predictions as good as the paper's, since no record of real ones exists: noise around the mean of the workflows that work,
 * mixed with just enough of the truth that Pearson's correlation is the paper's on average, and as wide as its error allows.
 * Nothing here recognises a broken workflow: a predictor with a correlation of .05 does not either.
 * @param working the truths of the workflows that work
 */
export function simulatedPredictions(truths: readonly number[], working: readonly boolean[], random: Random): number[] {
  const centre = mean(truths.filter((_, index) => working[index]));
  const deviation = Math.sqrt(mean(truths.filter((_, index) => working[index]).map((truth) => (truth - centre) ** 2)));
  const { pearson, meanAbsoluteError } = paperPrediction;
  // A normal variable with mean absolute value m has the deviation m sqrt(pi/2); the variation of the truth itself is part of the
  // error.
  const total = meanAbsoluteError * Math.sqrt(Math.PI / 2);
  const own = Math.sqrt(Math.max(0.01 ** 2, total ** 2 - deviation ** 2));
  return truths.map((truth, index) => {
    const lean = working[index] && deviation > 0 ? (pearson * (truth - centre)) / deviation : 0;
    return Math.min(1, Math.max(0, centre + own * (lean + Math.sqrt(1 - pearson ** 2) * randomNormal(random))));
  });
}
