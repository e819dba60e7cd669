import type { Random } from '../ports.ts';
import { randomChoice } from '../random.ts';
import type { SearchSettings } from '../run/configuration.ts';
import type { ParentCandidate } from '../run/event.ts';
import type { Round } from '../run/state.ts';

type SelectionSettings = Pick<SearchSettings, 'candidates' | 'lambda' | 'alpha' | 'ties'>;

export interface ParentChoice {
  readonly parentRound: number;
  readonly candidates: readonly ParentCandidate[];
}

/**
 * Draws a parent by Eq 4 among AFlow's candidates: round 1, which keeps a way out of a dead end open, and the best others.
 * Rounds without a score are not candidates.
 */
export function selectParent(rounds: readonly Round[], settings: SelectionSettings, random: Random): ParentChoice {
  const candidates = parentCandidates(rounds, settings);
  const chosen = candidates[
    randomChoice(
      random,
      candidates.map(({ probability }) => probability),
    )
  ] as ParentCandidate;
  return { parentRound: chosen.round, candidates };
}

/** Round 1 first, then the others by descending score, ties as the settings say, with their probabilities. */
export function parentCandidates(rounds: readonly Round[], settings: SelectionSettings): ParentCandidate[] {
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
  { lambda, alpha }: Pick<SearchSettings, 'lambda' | 'alpha'>,
): number[] {
  const highest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(alpha * 100 * (score - highest)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => lambda / scores.length + ((1 - lambda) * weight) / total);
}
