import type { EvaluationSettings, SearchSettings } from './configuration.ts';

/** What decides how far rounds see, as a run's configuration has it. */
export interface SightSettings {
  readonly search: Pick<SearchSettings, 'tokenBudget' | 'parallelism'>;
  readonly evaluation: Pick<EvaluationSettings, 'warmUpRounds'>;
}

/**
 * P: rounds that are under way at once. A token budget makes it 1, since what one round may spend depends on what all those
 * before it have spent.
 */
export function parallelismOf({ search }: Pick<SightSettings, 'search'>): number {
  return search.tokenBudget > 0 ? 1 : (search.parallelism ?? 1);
}

/**
 * The last round that a round may know the results of, 0 for none; it begins as soon as that one and all before it are over. In
 * general round r sees up to r - P. Every round sees the initial workflow's, and those after the warm-up see all of the warm-up:
 * what they make of their few executions rests on it.
 */
export function lastRoundSeen(configuration: SightSettings, round: number): number {
  if (round <= 1) return 0;
  const { warmUpRounds } = configuration.evaluation;
  const always = round > warmUpRounds ? Math.max(1, warmUpRounds) : 1;
  return Math.min(round - 1, Math.max(always, round - parallelismOf(configuration)));
}
