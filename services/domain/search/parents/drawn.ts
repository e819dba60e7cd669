import { earlierRounds } from '../../run/earlier-rounds.ts';
import type { ParentCandidate } from '../../run/event.ts';
import { objectiveOf, worth } from '../../run/objective.ts';
import { paretoFront } from '../../run/pareto-front.ts';
import type { Round } from '../../run/state.ts';
import type { ParentRequest, ParentSampling } from './parent-sampling.ts';

/** Eq 4 for each round by itself. Rounds that are in flight together often edit the same workflow. */
export const drawn: ParentSampling = {
  name: 'drawn',
  description: 'each round draws one of the best by Eq 4, as AFlow does',
  candidates: ({ rounds, settings }) => bestCandidates(rounds, settings),
};

type SelectionSettings = ParentRequest['settings'];

interface Scored {
  readonly round: number;
  readonly score: number;
  readonly tokens?: number;
}

/**
 * AFlow's candidates: round 1, which keeps a way out of a dead end open, then the others by descending score, ties as the
 * settings say, with their probabilities. Where cost counts, those on the front of score and cost have every other place, so that
 * what an edit has made cheaper is built upon even if it has made nothing better.
 */
export function bestCandidates(rounds: readonly Round[], settings: SelectionSettings): ParentCandidate[] {
  const objective = objectiveOf(settings);
  const scored = earlierRounds(rounds).map(
    ({ round, evaluation: { score }, tokens }): Scored => (tokens === undefined ? { round, score } : { round, score, tokens }),
  );
  const worths = new Map(scored.map(({ round, score, tokens }) => [round, worth(objective, score, tokens)]));
  const worthOf = ({ round }: { readonly round: number }): number => worths.get(round) as number;
  const first = scored.filter(({ round }) => round === 1);
  const newestFirst = settings.ties === 'newest';
  const others = scored
    .filter(({ round }) => round !== 1)
    .sort((one, other) => worthOf(other) - worthOf(one) || (newestFirst ? other.round - one.round : one.round - other.round));
  const byChance = objective.kind === 'score' || objective.kind === 'cheapest' ? withFront(scored, others) : others;
  const chosen = [...first, ...byChance].slice(0, settings.candidates);
  const probabilities = selectionProbabilities(chosen.map(worthOf), settings);
  return chosen.map(({ round, score }, index) => ({ round, score, probability: probabilities[index] ?? 0 }));
}

/**
 * Every other place is one of the front's, both in their order: with the front alone, a search would hardly build on what it
 * found last, and in simulated searches it finds less (docs/decisions/0025).
 */
function withFront(scored: readonly Scored[], others: readonly Scored[]): Scored[] {
  const isOnFront = paretoFront(scored);
  const rounds = new Set(scored.filter((_, place) => isOnFront[place]).map(({ round }) => round));
  const front = others.filter(({ round }) => rounds.has(round));
  const taken = new Set<Scored>();
  for (const [place, other] of others.entries()) {
    const next = front[place];
    if (next !== undefined) taken.add(next);
    taken.add(other);
  }
  return [...taken];
}

/**
 * Eq 4: lambda/n + (1 - lambda) softmax(alpha S), on scores times 100 as AFlow has it; relative to S_max, so nothing overflows.
 */
export function selectionProbabilities(
  scores: readonly number[],
  { lambda, alpha }: Pick<SelectionSettings, 'lambda' | 'alpha'>,
): number[] {
  const highest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(alpha * 100 * (score - highest)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => lambda / scores.length + ((1 - lambda) * weight) / total);
}
