import { neighbourCount } from './estimators/near-mean.ts';
import { failureEstimators } from './estimators/registry.ts';
import type { FailureEstimator, Training } from './failure-estimator.ts';
import { type RoutedWorkflow, type RoutingMatrix, secondTrial, trialAt, turnsOf } from './routing-matrix.ts';
import { nearestTexts, textIndexOf } from './text-index.ts';

/** By estimateKey: an estimate for each query and each turn of its executions. */
export type Estimates = ReadonlyMap<string, readonly (readonly number[])[]>;

export function estimateKey(estimator: string, workflow: number, second: number | undefined): string {
  return second === undefined ? `${estimator}/${workflow}` : `${estimator}/${workflow}/${second}`;
}

export function trainingOn(matrix: RoutingMatrix): Training {
  return { matrix, texts: textIndexOf(matrix.queries.map(({ text }) => text)) };
}

/**
 * What each estimator says of each query of `asked`, having learned from the training set alone. It is shown texts and answers;
 * scores of `asked` are read by nobody here.
 * @param pool the workflows that may be estimated, and give second answers
 */
export function estimatesOn(training: Training, asked: RoutingMatrix, pool: readonly number[]): Map<string, number[][]> {
  const turns = turnsOf(asked);
  const near = asked.queries.map(({ text }) => nearestTexts(training.texts, text, neighbourCount));
  const found = new Map<string, number[][]>();
  for (const estimator of failureEstimators.values()) {
    for (const workflow of pool) {
      const state = estimator.fit(training, workflow);
      if (state === undefined) continue;
      const first = asked.workflows[workflow] as RoutedWorkflow;
      for (const second of secondsFor(estimator, asked, workflow, pool)) {
        const values = asked.queries.map((_, query) =>
          Array.from({ length: turns }, (_, turn) => {
            const seen = near[query] ?? [];
            if (estimator.when === 'before') return estimator.estimate(state, { near: seen, answer: '' });
            const { answer = '', verdict } = trialAt(first, query, turn);
            const other = second === undefined ? undefined : secondAnswer(asked, workflow, second, query, turn);
            return estimator.estimate(state, {
              ...{ near: seen, answer },
              ...(other !== undefined && { second: other }),
              ...(estimator.asks === 'verdict' && { verdict: verdict?.doubt ?? 0 }),
            });
          }),
        );
        found.set(estimateKey(estimator.name, workflow, second), values);
      }
    }
  }
  return found;
}

function secondAnswer(asked: RoutingMatrix, first: number, second: number, query: number, turn: number): string {
  return secondTrial(asked, first, second, query, turn).answer ?? '';
}

/** Itself only where each query has two executions: an execution would agree with itself. */
function secondsFor(
  { asks }: FailureEstimator,
  { workflows }: RoutingMatrix,
  workflow: number,
  pool: readonly number[],
): readonly (number | undefined)[] {
  if (asks !== 'second') return [undefined];
  return pool.filter((second) => {
    const { trials, isQueryLevel } = workflows[second] as RoutedWorkflow;
    const known = trials.every((some) => some.every(({ answer, failed }) => answer !== undefined || failed));
    return known && !isQueryLevel && (second !== workflow || trials.every((some) => some.length > 1));
  });
}
