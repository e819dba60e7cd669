import type { ParentCandidate } from '../../run/event.ts';
import type { Round } from '../../run/state.ts';
import type { ParentRequest, ParentSampling } from './parent-sampling.ts';

/** Eq 4 for each round by itself. Rounds that are in flight together often edit the same workflow. */
export const drawn: ParentSampling = {
  name: 'drawn',
  description: 'each round draws one of the best by Eq 4, as AFlow does',
  candidates: ({ rounds, settings }) => bestCandidates(rounds, settings),
};

type SelectionSettings = ParentRequest['settings'];

/**
 * AFlow's candidates: round 1, which keeps a way out of a dead end open, then the others by descending score, ties as the
 * settings say, with their probabilities.
 */
export function bestCandidates(rounds: readonly Round[], settings: SelectionSettings): ParentCandidate[] {
  const scored = rounds.flatMap(({ round, evaluation }) =>
    evaluation === undefined ? [] : [{ round, score: evaluation.score }],
  );
  const first = scored.filter(({ round }) => round === 1);
  const newestFirst = settings.ties === 'newest';
  const others = scored
    .filter(({ round }) => round !== 1)
    .sort((one, other) => other.score - one.score || (newestFirst ? other.round - one.round : one.round - other.round));
  const chosen = [...first, ...others].slice(0, settings.candidates);
  const probabilities = selectionProbabilities(
    chosen.map(({ score }) => score),
    settings,
  );
  return chosen.map((candidate, index) => ({ ...candidate, probability: probabilities[index] ?? 0 }));
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
