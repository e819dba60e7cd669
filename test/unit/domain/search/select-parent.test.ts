import { expect, test } from 'vitest';
import { randomStream } from '../../../../services/domain/random.ts';
import { parentCandidates, selectionProbabilities, selectParent } from '../../../../services/domain/search/select-parent.ts';
import { scoredRounds } from './scored-rounds.ts';

const aflow = { candidates: 4, lambda: 0.3, alpha: 0.2 };

test('Eq 4 gives what AFlow computes in its two published examples', () => {
  const four = selectionProbabilities([0.966, 0.962, 0.958, 0.883], aflow).map((probability) => probability.toFixed(3));
  expect(four).toEqual(['0.311', '0.293', '0.276', '0.120']);
  expect(selectionProbabilities([0.95, 0], aflow).map((probability) => probability.toFixed(2))).toEqual(['0.85', '0.15']);
});

test('probabilities add up to 1, whatever the scores', () => {
  for (const scores of [[0], [1, 1, 1], [0, 1], [0.1, 0.2, 0.3, 0.4]]) {
    expect(selectionProbabilities(scores, { lambda: 0.3, alpha: 1000 }).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  }
});

test('candidates are round 1, however bad, and the best others', () => {
  const candidates = parentCandidates(scoredRounds([0.1, 0.5, 0.9, 0.7, 0.6]), aflow);
  expect(candidates.map(({ round }) => round)).toEqual([1, 3, 4, 5]);
  expect(candidates.map(({ score }) => score)).toEqual([0.1, 0.9, 0.7, 0.6]);
});

test('equal scores keep the order of the rounds, as in AFlow', () => {
  expect(parentCandidates(scoredRounds([0.1, 0.5, 0.5, 0.5, 0.5]), aflow).map(({ round }) => round)).toEqual([1, 2, 3, 4]);
});

test('equal scores stand newest first where the settings say so, and no equal one is left out for its youth', () => {
  const candidates = parentCandidates(scoredRounds([0.1, 0.5, 0.9, 0.5, 0.5]), { ...aflow, ties: 'newest' });
  expect(candidates.map(({ round }) => round)).toEqual([1, 3, 5, 4]);
});

test('rounds without a score are no candidates', () => {
  expect(parentCandidates(scoredRounds([0.1, undefined, 0.2]), aflow).map(({ round }) => round)).toEqual([1, 3]);
});

test('parents are drawn as often as their probabilities say', () => {
  const rounds = scoredRounds([0.883, 0.966, 0.962, 0.958]);
  const drawn = [0, 0, 0, 0, 0];
  for (let draw = 0; draw < 4000; draw += 1) {
    const { parentRound, candidates } = selectParent(rounds, aflow, randomStream(1, 'draw', draw));
    expect(candidates.map(({ round }) => round)).toContain(parentRound);
    drawn[parentRound] = (drawn[parentRound] ?? 0) + 1;
  }
  // Four standard errors of a share of 0.3 in 4000 draws.
  for (const [round, share] of [0, 0.12, 0.311, 0.293, 0.276].entries()) {
    expect(Math.abs((drawn[round] ?? 0) / 4000 - share)).toBeLessThan(0.029);
  }
});
