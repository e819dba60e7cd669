import { describe, expect, test } from 'vitest';
import { progressOf } from '../../../../services/domain/report/run-progress.ts';
import { estimateSaving } from '../../../../services/domain/run/ledger/estimated-saving.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../search/made-up-world.ts';

function searchUntil(completedRounds: number): RunState {
  const configuration = madeUpConfiguration({ queryCount: 50, search: { maxRounds: 8 } });
  const isThere = (state: RunState): boolean => state.rounds.filter((round) => round.completed).length >= completedRounds;
  return continueRun(madeUpWorld(), configuration, [], isThere).state;
}

/** Warm-up rounds take 100 s, later ones 10 s. */
function madeUpTimes(rounds: number) {
  let clock = 0;
  return new Map(
    Array.from({ length: rounds }, (_, index) => {
      const startMs = clock;
      clock += index < 3 ? 100_000 : 10_000;
      return [index + 1, { startMs, endMs: clock }] as const;
    }),
  );
}

describe('what was saved against full evaluation', () => {
  test('is unknown before a round is completed', () => {
    expect(progressOf(searchUntil(0), undefined, new Map(), 0).savedShare).toBeUndefined();
  });

  test('is what the report says later', () => {
    const state = searchUntil(8);
    expect(progressOf(state, undefined, new Map(), 0).savedShare).toBe(estimateSaving(state).share);
  });
});

describe('the time that is left', () => {
  test('is unknown until a round like those that are left has ended', () => {
    expect(progressOf(searchUntil(3), undefined, madeUpTimes(3), 300_000).leftMs).toBeUndefined();
  });

  test('is that of the rounds that are left, by the median of the rounds after the warm-up', () => {
    const state = searchUntil(5);
    expect(progressOf(state, undefined, madeUpTimes(5), 320_000).leftMs).toBe(3 * 10_000);
  });

  test('goes by the pace of as many as are under way together: in the log, one that was ahead takes no time', () => {
    const state = searchUntil(7);
    const { search, evaluation } = state.configuration;
    const configuration = {
      ...state.configuration,
      search: { ...search, parallelism: 2, maxRounds: 9 },
      evaluation: { ...evaluation, method: 'few-shot', warmUpRounds: 0 },
    };
    const endsAtMs = [5, 25, 25, 45, 45, 65, 65].map((seconds) => seconds * 1_000);
    const times = new Map(endsAtMs.map((endMs, at) => [at + 1, { startMs: endsAtMs[at - 1] ?? 0, endMs }]));
    expect(progressOf({ ...state, configuration }, undefined, times, 65_000).leftMs).toBe(2 * 10_000);
    expect(progressOf({ ...state, configuration }, undefined, times, 69_000).leftMs).toBe(2 * 10_000 - 4_000);
  });

  test('is known of a search that executes every round in full, by its own rounds', () => {
    const state = searchUntil(5);
    const evaluation = { ...state.configuration.evaluation, method: 'full', warmUpRounds: 0 };
    const full = { ...state, configuration: { ...state.configuration, evaluation } };
    const times = new Map(
      Array.from({ length: 5 }, (_, round) => [round + 1, { startMs: round * 1_000, endMs: (round + 1) * 1_000 }]),
    );
    expect(progressOf(full, undefined, times, 5_000).leftMs).toBe(3 * 1_000);
  });

  test('follows the latest rounds, since workflows grow, and leaves out the first, which proposes nothing', () => {
    const state = searchUntil(5);
    const evaluation = { ...state.configuration.evaluation, method: 'few-shot', warmUpRounds: 0 };
    const few = { ...state, configuration: { ...state.configuration, evaluation } };
    const endsAtMs = [1, 11, 41, 71, 101].map((seconds) => seconds * 1_000);
    const times = new Map(endsAtMs.map((endMs, at) => [at + 1, { startMs: endsAtMs[at - 1] ?? 0, endMs }]));
    expect(progressOf(few, undefined, times, 101_000).leftMs).toBe(3 * 30_000);
    const first = { ...few, rounds: few.rounds.slice(0, 1) };
    expect(progressOf(first, undefined, times, 1_000).leftMs).toBeUndefined();
  });

  test('has the final pick in it, of which at least a rung is left until the end', () => {
    const state = searchUntil(7);
    const finalPick = { policy: 'race', topK: 3, share: 0.06 };
    const { search } = state.configuration;
    const withPick = (rounds: number): RunState => ({
      ...state,
      configuration: { ...state.configuration, search: { ...search, finalPick, maxRounds: rounds } },
    });
    const left = (nowMs: number, rounds: number) => progressOf(withPick(rounds), undefined, madeUpTimes(7), nowMs).leftMs;
    expect(left(340_000, 8)).toBe(10_000 + 3 * 10_000);
    const pick = Math.log2(7) * 10_000;
    expect(left(340_000, 7)).toBeCloseTo(pick);
    expect(left(345_000, 7)).toBeCloseTo(pick - 5_000);
    expect(left(400_000, 7)).toBe(10_000);
  });

  test('is none at the end', () => {
    expect(progressOf(searchUntil(8), undefined, madeUpTimes(8), 350_000).leftMs).toBe(0);
  });
});

test('progress of an earlier round, which may still arrive after the next one has begun, is not shown', () => {
  const state = searchUntil(5);
  const stale = { round: 1, phase: 'warm-up', done: 3, total: 50 };
  expect(progressOf(state, stale, new Map(), 0)).toMatchObject({ phase: '', done: 0, total: 0 });
  const present = { round: 6, phase: 'few-shot', done: 1, total: 2 };
  expect(progressOf(state, present, new Map(), 0)).toMatchObject({ round: 6, phase: 'few-shot', done: 1, total: 2 });
});

test('the best score is that of the round that the search would pick, and simulated models are told apart', () => {
  const state = searchUntil(8);
  const scores = state.rounds.map((round) => round.evaluation?.score ?? 0);
  expect(progressOf(state, undefined, new Map(), 0)).toMatchObject({ bestScore: Math.max(...scores), simulated: true });
});

test('a run that a token budget has ended before its last round has no time left', () => {
  const configuration = madeUpConfiguration({ search: { tokenBudget: 60_000 } });
  const { state } = continueRun(madeUpWorld(), configuration);
  const times = new Map(state.rounds.map(({ round }) => [round, { startMs: round * 1_000, endMs: round * 1_000 + 900 }]));
  expect(state).toMatchObject({ status: 'completed', stopReason: 'token-budget' });
  expect(state.rounds.length).toBeLessThan(20);
  expect(progressOf(state, undefined, times, 100_000).leftMs).toBe(0);
});
