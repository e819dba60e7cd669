import type { SearchSettings } from './configuration.ts';

/** What a search looks for (search.objective), with what belongs to it. */
export type Objective =
  /** Whatever it costs. */
  | { readonly kind: 'highest-score' }
  /** Of those that cannot be told from the best, the cheapest. */
  | { readonly kind: 'score' }
  /** Points of score, of 100, that 1,000 tokens an answer must be worth. */
  | { readonly kind: 'score-minus-cost'; readonly weight: number }
  /** The cheapest that is better than the start by so many points; below 0, worse by at most so many. */
  | { readonly kind: 'cheapest'; readonly gain: number };

export type ObjectiveSettings = Pick<SearchSettings, 'objective' | 'costWeight' | 'leastGain'>;

/**
 * Cost is in tokens, of prompts and replies: prices are no part of what a run is, and may change or be unknown, while the same
 * log must give the same winner.
 */
export function objectiveOf({ objective, costWeight = 1, leastGain = 0 }: ObjectiveSettings): Objective {
  switch (objective) {
    case 'score':
      return { kind: 'score' };
    case 'score-minus-cost':
      return { kind: 'score-minus-cost', weight: costWeight };
    case 'cheapest':
      return { kind: 'cheapest', gain: leastGain };
    default:
      return { kind: 'highest-score' };
  }
}

/**
 * A score as the objective sees it: less the price of its tokens, where they have one.
 * @param score in [0, 1]
 * @param tokens of an answer; unknown ones have no price
 */
export function worth(objective: Objective, score: number, tokens = 0): number {
  return objective.kind === 'score-minus-cost' ? score - (objective.weight / 100) * (tokens / 1000) : score;
}
