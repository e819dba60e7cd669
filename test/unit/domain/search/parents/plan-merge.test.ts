import { expect, test } from 'vitest';
import { OutcomeList } from '../../../../../services/domain/run/outcomes/outcome-list.ts';
import type { Round, RunState } from '../../../../../services/domain/run/state.ts';
import { complement, planMerge } from '../../../../../services/domain/search/parents/plan-merge.ts';
import { madeUpConfiguration } from '../made-up-world.ts';

interface Tried {
  readonly parent: number;
  /** A digit a query: 1 solved, 0 not; a blank: not executed. */
  readonly solved: string;
  readonly merged?: number;
}

/** Twelve queries, unless a row is shorter. */
function stateOf(tried: readonly Tried[], mergeEvery = 3): RunState {
  const rounds = tried.map(({ parent, solved, merged }, place): Round => {
    const outcomes = [...solved].flatMap((score, queryIndex) =>
      score === ' ' ? [] : [{ queryIndex, repeat: 0, score: Number(score), answer: '', tokens: [] }],
    );
    const score = outcomes.reduce((sum, one) => sum + one.score, 0) / (outcomes.length || 1);
    return {
      ...{ round: place + 1, parentRound: parent, candidates: [], proposals: [], workflowHash: `${place}`, modification: '' },
      ...{ samples: [], outcomes: OutcomeList.of(outcomes), predictions: [], completed: true },
      ...(merged !== undefined && { mergedRound: merged }),
      evaluation: { method: 'full', score, executions: outcomes.length },
    };
  });
  const configuration = madeUpConfiguration({ search: mergeEvery === 0 ? {} : { mergeEvery } });
  return { configuration, status: 'running', ledger: [], rounds };
}

const start = { parent: 0, solved: '111100000000' };
/** Both come from the start; together they solve eleven of twelve, each of them three that the other does not. */
const left = { parent: 1, solved: '111111110000' };
const right = { parent: 1, solved: '111110001110' };

test('two workflows that each solve what the other does not are merged, the better one first', () => {
  expect(planMerge(stateOf([start, right, left, start, start]), 6)).toEqual({
    parentRound: 3,
    mergedRound: 2,
    candidates: [
      { round: 3, score: 8 / 12, probability: 1 },
      { round: 2, score: 8 / 12, probability: 1 },
    ],
  });
});

test('only in every n-th round, and never where the setting is 0', () => {
  expect(planMerge(stateOf([start, left, right]), 4)).toBeUndefined();
  expect(planMerge(stateOf([start, left, right], 4), 4)).toBeDefined();
  expect(planMerge(stateOf([start, left, right], 0), 4)).toBeUndefined();
});

test('of several pairs, the one that solves the most together', () => {
  const more = { parent: 1, solved: '000000001111' };
  // 2 and 4 solve all twelve; 2 and 3 eleven, and 3 and 4 nine.
  expect(planMerge(stateOf([start, left, right, more]), 6)).toMatchObject({ parentRound: 2, mergedRound: 4 });
});

test('a workflow is not merged with one that it was made from, directly, further back or by a merge', () => {
  const child = { parent: 1, solved: '011111110000' };
  const grandchild = { parent: 2, solved: '110111110000' };
  expect(planMerge(stateOf([start, child]), 3)).toBeUndefined();
  expect(planMerge(stateOf([{ parent: 0, solved: '111111110000' }, child, grandchild]), 6)).toBeUndefined();
  const merge = { parent: 2, solved: '111111111000', merged: 3 };
  expect(planMerge(stateOf([start, left, right, merge]), 6)).toBeUndefined();
});

test('the same two are not merged twice, in flight neither', () => {
  const inFlight = { ...left, parent: 3, merged: 2 };
  const state = stateOf([start, left, right, inFlight]);
  const { evaluation: _, ...open } = state.rounds[3] as Round;
  const rounds = [...state.rounds.slice(0, 3), { ...open, isUnderWay: true as const }];
  expect(planMerge({ ...state, rounds }, 6)).toBeUndefined();
});

test('fewer than ten common queries decide nothing', () => {
  const nine = { parent: 1, solved: '1111111100  ' };
  const other = { parent: 1, solved: '000 00000111' };
  expect(complement(rowOf(nine), rowOf(other)).common).toHaveLength(9);
  expect(planMerge(stateOf([start, nine, other]), 3)?.parentRound).not.toBe(2);
  expect(planMerge(stateOf([{ parent: 0, solved: '' }, nine, other]), 3)).toBeUndefined();
  const ten = { parent: 1, solved: '000000000111' };
  expect(planMerge(stateOf([{ parent: 0, solved: '' }, nine, ten]), 3)).toMatchObject({ parentRound: 2, mergedRound: 3 });
});

test('one that solves all that the other does adds nothing', () => {
  const less = { parent: 1, solved: '111110000000' };
  expect(planMerge(stateOf([start, left, less]), 3)).toBeUndefined();
});

test('partly right answers count where they differ by half', () => {
  const first = { queries: [0, 1, 2, 3], scores: [1, 0.9, 0.5, 0] };
  const second = { queries: [3, 2, 1], scores: [0.4, 1, 0.2] };
  expect(complement(first, second)).toEqual({
    ...{ common: [1, 2, 3], onlyFirst: [1], onlySecond: [2] },
    together: (0.9 + 1 + 0.4) / 3,
  });
});

function rowOf({ solved }: Tried) {
  const queries = [...solved].flatMap((score, query) => (score === ' ' ? [] : [query]));
  return { queries, scores: queries.map((query) => Number(solved[query])) };
}
