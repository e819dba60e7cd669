import type { Failure } from '../failure.ts';
import type { SearchSettings } from './configuration.ts';
import type { Round } from './state.ts';

/** Proposals of this round that were taken, and failed on their canary. */
export function brokenProposals({ proposals }: Pick<Round, 'proposals'>): Round['proposals'] {
  return proposals.filter(({ workflow, failure }) => workflow !== undefined && failure !== undefined);
}

/** Times the optimizer may be asked in this round: a workflow that broke on the last turn still gets one turn for a fix. */
export function proposalLimit(round: Pick<Round, 'proposals'>, { proposalAttempts }: SearchSettings): number {
  const [first] = brokenProposals(round);
  return first === undefined ? proposalAttempts : Math.max(proposalAttempts, first.turn + 1);
}

/** What the optimizer reads about it. */
export function canaryFailure(failure: Failure): Failure {
  return { ...failure, message: `the workflow is valid, but failed on the first query that it was run on: ${failure.message}` };
}
