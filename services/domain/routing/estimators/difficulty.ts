import { mean } from '../../statistics/intervals.ts';
import { expectedByQuery } from '../../statistics/rasch-estimate.ts';
import { startRasch, swept, withRow } from '../../statistics/rasch-model.ts';
import type { FailureEstimator, Training } from '../failure-estimator.ts';
import { scoresOf } from '../routing-matrix.ts';
import { nearMean } from './near-mean.ts';

const sweeps = 2;

export const difficulty: FailureEstimator = {
  name: 'difficulty',
  description: "Rasch's difficulty of the queries whose texts are nearest, by all workflows together; costs nothing",
  when: 'before',
  learns: ['failures'],
  fit: (training) => ({ failures: failuresExpected(training) }),
  estimate: ({ failures = [] }, { near }) => nearMean(failures, mean(failures), near),
};

const known = new WeakMap<Training, readonly number[]>();

/** What a workflow of usual ability fails on: the same for all workflows of a training set, so it is worked out once. */
function failuresExpected(training: Training): readonly number[] {
  const before = known.get(training);
  if (before !== undefined) return before;
  const { queries, workflows } = training.matrix;
  const places = [...queries.keys()];
  let fit = startRasch(queries.length);
  for (const workflow of workflows) fit = withRow(fit, { queries: places, scores: scoresOf(workflow), parent: undefined }, 0);
  for (let sweep = 0; sweep < sweeps; sweep += 1) fit = swept(fit, 0);
  const failures = expectedByQuery(fit).map((success) => Math.min(1, Math.max(0, 1 - success)));
  known.set(training, failures);
  return failures;
}
