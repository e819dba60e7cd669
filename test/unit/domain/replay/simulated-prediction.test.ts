import { expect, test } from 'vitest';
import { randomStream } from '../../../../services/domain/random.ts';
import { simulatedPredictions } from '../../../../services/domain/replay/simulated-prediction.ts';
import { pearson } from '../../../../services/domain/statistics/agreement.ts';
import { mean } from '../../../../services/domain/statistics/intervals.ts';

test("simulated predictions are as good as the paper's: Pearson .05, error .05, over many searches", () => {
  const truths = Array.from({ length: 20 }, (_, index) => 0.6 + 0.1 * Math.sin(index));
  const drawn = Array.from({ length: 2000 }, (_, seed) => {
    const working = truths.map(() => true);
    const predictions = simulatedPredictions(truths, working, randomStream(seed, 'simulated-prediction'));
    return {
      pearson: pearson(predictions, truths) as number,
      error: mean(predictions.map((p, i) => Math.abs(p - (truths[i] ?? 0)))),
    };
  });
  expect(mean(drawn.map((one) => one.pearson))).toBeCloseTo(0.05, 1);
  expect(mean(drawn.map(({ error }) => error))).toBeGreaterThan(0.045);
  // What the truth varies by itself sets a floor: .071 of deviation alone is an error of .06.
  expect(mean(drawn.map(({ error }) => error))).toBeLessThan(0.07);
});
