import { expect, test } from 'vitest';
import { randomStream } from '../../../../../services/domain/random.ts';
import type { Round } from '../../../../../services/domain/run/state.ts';
import { bestCandidates, selectionProbabilities } from '../../../../../services/domain/search/parents/drawn.ts';
import type { ParentRequest } from '../../../../../services/domain/search/parents/parent-sampling.ts';
import { parentSamplings } from '../../../../../services/domain/search/parents/registry.ts';
import { selectParent } from '../../../../../services/domain/search/parents/select-parent.ts';
import { mean } from '../../../../../services/domain/statistics/intervals.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../made-up-world.ts';
import { scoredRounds } from '../scored-rounds.ts';

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
  const candidates = bestCandidates(scoredRounds([0.1, 0.5, 0.9, 0.7, 0.6]), aflow);
  expect(candidates.map(({ round }) => round)).toEqual([1, 3, 4, 5]);
  expect(candidates.map(({ score }) => score)).toEqual([0.1, 0.9, 0.7, 0.6]);
});

test('equal scores keep the order of the rounds, as in AFlow', () => {
  expect(bestCandidates(scoredRounds([0.1, 0.5, 0.5, 0.5, 0.5]), aflow).map(({ round }) => round)).toEqual([1, 2, 3, 4]);
});

test('equal scores stand newest first where the settings say so, and no equal one is left out for its youth', () => {
  const candidates = bestCandidates(scoredRounds([0.1, 0.5, 0.9, 0.5, 0.5]), { ...aflow, ties: 'newest' });
  expect(candidates.map(({ round }) => round)).toEqual([1, 3, 5, 4]);
});

test('rounds without a score are no candidates', () => {
  expect(bestCandidates(scoredRounds([0.1, undefined, 0.2]), aflow).map(({ round }) => round)).toEqual([1, 3]);
});

test('parents are drawn as often as their probabilities say', () => {
  const rounds = scoredRounds([0.883, 0.966, 0.962, 0.958]);
  const times = [0, 0, 0, 0, 0];
  for (let draw = 0; draw < 4000; draw += 1) {
    const { parentRound, candidates } = selectParent({ rounds, underWay: [], settings: aflow }, randomStream(1, 'draw', draw));
    expect(candidates.map(({ round }) => round)).toContain(parentRound);
    times[parentRound] = (times[parentRound] ?? 0) + 1;
  }
  // Four standard errors of a share of 0.3 in 4000 draws.
  for (const [round, share] of [0, 0.12, 0.311, 0.293, 0.276].entries()) {
    expect(Math.abs((times[round] ?? 0) / 4000 - share)).toBeLessThan(0.029);
  }
});

const probabilities = (request: ParentRequest, sampling: string) =>
  Object.fromEntries(
    parentSamplings
      .named(sampling)
      .candidates(request)
      .map(({ round, probability }) => [round, Number(probability.toFixed(3))]),
  );

test('rounds in flight together edit different workflows, as long as there are any', () => {
  const rounds = scoredRounds([0.883, 0.966, 0.962, 0.958]);
  const given = (...underWay: number[]) => probabilities({ rounds, underWay, settings: aflow }, 'different');
  expect(given()).toEqual({ 1: 0.12, 2: 0.311, 3: 0.293, 4: 0.276 });
  expect(given(2, 1)).toEqual({ 1: 0, 2: 0, 3: 0.515, 4: 0.485 });
  expect(given(2, 1, 3, 4)).toEqual(given());
  expect(given(2, 1, 3, 4, 4)).toEqual({ 1: 0.166, 2: 0.43, 3: 0.405, 4: 0 });
  // All that are free have no chance by Eq 4: better any parent than none.
  const greedy = { rounds: scoredRounds([0, 1]), underWay: [2], settings: { candidates: 4, lambda: 0, alpha: 100 } };
  expect(probabilities(greedy, 'different')).toEqual({ 1: 0, 2: 1 });
});

/** Rounds that were executed on the same queries, with these scores. */
const executedRounds = (rows: readonly (readonly number[])[]): Round[] =>
  scoredRounds(rows.map((row) => mean(row))).map((round, index) => ({
    ...round,
    outcomes: (rows[index] ?? []).map((score, queryIndex) => ({ queryIndex, repeat: 0, score, answer: '', tokens: [] })),
  }));

test('pareto draws those that are needed for every query, by the number of queries on which they are best', () => {
  const rounds = executedRounds([
    [1, 0, 0, 0, 0, 0],
    [1, 1, 1, 0, 0, 0],
    [0, 0, 0, 1, 1, 0],
    [0, 0, 0, 0, 0.5, 0],
  ]);
  // On the last query nobody is better than anybody else. The first and the last workflow are needed for none.
  expect(probabilities({ rounds, underWay: [], settings: aflow }, 'pareto')).toEqual({ 2: 0.571, 3: 0.429 });
});

test('of workflows that are equal on every query, pareto keeps the one that the settings prefer', () => {
  const request = { rounds: executedRounds([[1, 1], [1, 1], [1, 1]]), underWay: [], settings: aflow }; // biome-ignore format: rows
  expect(probabilities(request, 'pareto')).toEqual({ 1: 1 });
  expect(probabilities({ ...request, settings: { ...aflow, ties: 'newest' as const } }, 'pareto')).toEqual({ 3: 1 });
});

test('without a query that all were executed on, pareto is Eq 4', () => {
  const rounds = scoredRounds([0.883, 0.966, 0.962, 0.958]);
  const request = { rounds, underWay: [2], settings: aflow };
  expect(probabilities(request, 'pareto')).toEqual(probabilities(request, 'drawn'));
});

test('an unknown way to choose parents is refused with those that there are', () => {
  expect(() => parentSamplings.named('lot')).toThrow('there is no parent sampling "lot"; there are drawn, different, pareto');
});

test.each(['drawn', 'different', 'pareto'])(
  'a search with four rounds in flight draws its parents by %s, from what it may see',
  (parents) => {
    const search = { maxRounds: 14, parallelism: 4, canary: false, parents };
    const evaluation = { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0.25 };
    const { rounds } = continueRun(madeUpWorld(3), madeUpConfiguration({ queryCount: 40, search, evaluation })).state;
    expect(rounds).toHaveLength(14);
    for (const { round, parentRound, candidates } of rounds.slice(1)) {
      expect(candidates.every((candidate) => candidate.round <= Math.max(1, round - 4))).toBe(true);
      const underWay = rounds.slice(Math.max(1, round - 4), round - 1).map((other) => other.parentRound);
      const edits = (parent: number) => underWay.filter((other) => other === parent).length;
      const fewest = Math.min(...candidates.map((candidate) => edits(candidate.round)));
      if (parents === 'different') expect(edits(parentRound)).toBe(fewest);
    }
  },
);

test('where cost counts, every other place is one of the front, so that what was made cheaper is built upon', () => {
  const tokens = [100, 900, 800, 300, 850, 60, 700];
  const use = (count: number) => ({
    ...{ model: 'm', calls: 1, simulated: false },
    usage: { promptTokens: count, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 },
  });
  const rounds = scoredRounds([0.5, 0.9, 0.9, 0.9, 0.8, 0.4, 0.9]).map((round, index): Round => {
    const outcomes = [{ queryIndex: 0, repeat: 0, score: 1, tokens: [use(tokens[index] as number)] }];
    return { ...round, outcomes } as unknown as Round;
  });
  const settings = { ...aflow, ties: 'newest' } as const;
  expect(bestCandidates(rounds, settings).map(({ round }) => round)).toEqual([1, 7, 4, 3]);
  // The front is 4 (the cheapest of the best), 1 and 6 (the cheapest of all).
  expect(bestCandidates(rounds, { ...settings, objective: 'score' }).map(({ round }) => round)).toEqual([1, 4, 7, 6]);
  const priced = bestCandidates(rounds, { ...settings, objective: 'score-minus-cost', costWeight: 50 });
  expect(priced.map(({ round }) => round)).toEqual([1, 4, 7, 3]);
  expect(priced[0]?.probability).toBeLessThan(priced[1]?.probability as number);
});
