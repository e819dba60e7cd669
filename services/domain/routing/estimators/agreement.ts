import { answerKey } from '../answer-key.ts';
import type { FailureEstimator } from '../failure-estimator.ts';
import type { RoutedWorkflow } from '../routing-matrix.ts';

export const agreement: FailureEstimator = {
  name: 'agreement',
  description: 'whether a second answer, of this workflow or of another cheap one, says the same; costs that answer',
  when: 'after',
  asks: 'second',
  threshold: 0.5,
  learns: [],
  fit: ({ matrix }, workflow) => (hasAnswers(matrix.workflows[workflow] as RoutedWorkflow) ? {} : undefined),
  estimate: (_, { answer, second = '' }) => (answerKey(answer) === answerKey(second) ? 0 : 1),
};

export function hasAnswers({ trials }: RoutedWorkflow): boolean {
  return trials.every((some) => some.every(({ answer, failed }) => answer !== undefined || failed));
}
