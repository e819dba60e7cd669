import { mean } from '../statistics/intervals.ts';
import { expectedByQuery } from '../statistics/rasch-estimate.ts';
import type { Evidence } from './evaluation-method.ts';
import { raschFitOf } from './rasch-fit.ts';

/**
 * How well a typical workflow does on each query, in [0, 1]: the mean over the warm-up rows or, without a warm-up, what the rows
 * of earlier searches predict. Those rows hold few queries each, from workflows of all kinds, so Rasch's model reads them.
 * Undefined if nothing is known.
 */
export function expectedScores({ warmUp, memory, queryCount }: Evidence): readonly number[] | undefined {
  if (warmUp.length > 0) {
    return Array.from({ length: queryCount }, (_, query) => mean(warmUp.map(({ scores }) => scores[query] ?? 0)));
  }
  return memory.length > 0 ? expectedByQuery(raschFitOf(queryCount, memory, [])) : undefined;
}
