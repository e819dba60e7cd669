import { mean } from '../../statistics/intervals.ts';
import type { FailureEstimator } from '../failure-estimator.ts';
import type { RoutedWorkflow } from '../routing-matrix.ts';
import { hasAnswers } from './agreement.ts';

/** Answers of similar length, in so many parts of equal size. */
const parts = 5;
/** The mean of all answers speaks as so many of a part. */
const priorWeight = 4;

export const answerLength: FailureEstimator = {
  name: 'answer-length',
  description: 'how often answers of about this length were wrong; costs nothing on top of the answer',
  when: 'after',
  learns: ['edges', 'failures'],
  fit: ({ matrix }, workflow) => {
    const routed = matrix.workflows[workflow] as RoutedWorkflow;
    if (!hasAnswers(routed)) return undefined;
    const known = routed.trials
      .flatMap((some) => some.map(({ answer = '', score }) => ({ length: answer.length, failure: 1 - score })))
      .sort((one, other) => one.length - other.length);
    const overall = mean(known.map(({ failure }) => failure));
    // Equal lengths stay together.
    const edges = [...new Set(Array.from({ length: parts - 1 }, (_, part) => edgeAt(known, part + 1)))];
    const failures = [...edges.keys(), edges.length].map((place) => {
      const [from, to] = [edges[place - 1] ?? Number.NEGATIVE_INFINITY, edges[place] ?? Number.POSITIVE_INFINITY];
      const some = known.filter(({ length }) => length > from && length <= to);
      return (priorWeight * overall + some.reduce((sum, { failure }) => sum + failure, 0)) / (priorWeight + some.length);
    });
    return { edges, failures };
  },
  estimate: ({ edges = [], failures = [] }, { answer }) => {
    const place = edges.findIndex((edge) => answer.length <= edge);
    return failures[place < 0 ? edges.length : place] ?? 0;
  },
};

function edgeAt(known: readonly { readonly length: number }[], part: number): number {
  return known[Math.floor((part * known.length) / parts)]?.length ?? 0;
}
