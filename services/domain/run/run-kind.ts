import type { RunConfiguration } from './configuration.ts';

type Shape = {
  readonly search: Pick<RunConfiguration['search'], 'maxRounds'>;
  readonly evaluation: Pick<RunConfiguration['evaluation'], 'method'>;
};

/**
 * Whether a run is the evaluation of one workflow on its own. Such a run is a search that never gets beyond its first round,
 * executed in full, so that log, jobs, workers and clients need to know nothing new.
 */
export function isEvaluation({ search, evaluation }: Shape): boolean {
  return search.maxRounds === 1 && evaluation.method === 'full';
}
