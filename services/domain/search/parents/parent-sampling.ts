import type { SearchSettings } from '../../run/configuration.ts';
import type { ParentCandidate } from '../../run/event.ts';
import type { Round } from '../../run/state.ts';

/** What is known when a round starts and its parent must be chosen. */
export interface ParentRequest {
  /** Those with a score are possible parents; at least one has one. Those under way have none. */
  readonly rounds: readonly Round[];
  /** The parents of the rounds that are under way, one for each of them, so that a parent may come twice. */
  readonly underWay: readonly number[];
  readonly settings: Pick<SearchSettings, 'candidates' | 'lambda' | 'alpha' | 'ties' | 'objective' | 'costWeight' | 'leastGain'>;
}

/**
 * A way to choose parents: the rounds that may be edited next, each with its probability. Pure: a coordinator that restarts
 * gets the same candidates, and the draw comes from the run's seed.
 */
export interface ParentSampling {
  readonly name: string;
  readonly description: string;
  /** At least one, with probabilities that sum to 1. */
  candidates(request: ParentRequest): readonly ParentCandidate[];
}
