import { mean } from '../../statistics/intervals.ts';
import type { FailureEstimator } from '../failure-estimator.ts';
import { type RoutedWorkflow, scoresOf } from '../routing-matrix.ts';
import { nearMean } from './near-mean.ts';

export const neighbours: FailureEstimator = {
  name: 'neighbours',
  description: 'how often this workflow failed on the queries whose texts are nearest; costs nothing',
  when: 'before',
  learns: ['failures'],
  fit: ({ matrix }, workflow) => ({
    failures: scoresOf(matrix.workflows[workflow] as RoutedWorkflow).map((score) => 1 - score),
  }),
  estimate: ({ failures = [] }, { near }) => nearMean(failures, mean(failures), near),
};
