import type { FailureEstimator } from '../failure-estimator.ts';
import type { RoutedWorkflow } from '../routing-matrix.ts';

export const verifier: FailureEstimator = {
  name: 'verifier',
  description: 'what the model says when it is asked to review the answer; costs that call',
  when: 'after',
  asks: 'verdict',
  threshold: 0.5,
  learns: [],
  fit: ({ matrix }, workflow) => {
    const { trials } = matrix.workflows[workflow] as RoutedWorkflow;
    return trials.every((some) => some.every(({ verdict, failed }) => verdict !== undefined || failed)) ? {} : undefined;
  },
  estimate: (_, { verdict = 0 }) => verdict,
};
