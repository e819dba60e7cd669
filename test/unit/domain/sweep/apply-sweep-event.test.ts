import { expect, test } from 'vitest';
import { applySweepEvent, SweepEventRefusedError } from '../../../../services/domain/sweep/apply-sweep-event.ts';
import type { SweepEvent } from '../../../../services/domain/sweep/sweep-event.ts';
import { isSweepOver, phaseOf, type SweepState, settingsNow } from '../../../../services/domain/sweep/sweep-state.ts';
import { defined, ended, fold, started } from './made-up-sweep.ts';

const phases = (state: SweepState) => state.cells.map((cell) => `${cell.cellId} ${phaseOf(cell)}`);

test('a cell waits, runs and ends, and its times are those of the log', () => {
  const state = fold(defined(['a', 'b']), started('a'), ended('a'), started('b', 'b-2'));
  expect(phases(state)).toEqual(['a completed', 'b running']);
  expect(state.cells[0]?.runs).toMatchObject([{ runId: 'a', startedAtMs: 2, endedAtMs: 3, outcome: { status: 'completed' } }]);
  expect([state.createdAtMs, state.endedAtMs, isSweepOver(state)]).toEqual([1, undefined, false]);
});

test('a definition with more cells adds them in their places, and what has ended or runs stays so', () => {
  const before = fold(defined(['a', 'b']), started('a'), ended('a'), started('b'), { kind: 'sweep-ended' });
  const state = applySweepEvent(before, defined(['c', 'a', 'd', 'b']), 9);
  expect(phases(state)).toEqual(['c waiting', 'a completed', 'd waiting', 'b running']);
  expect([state.cells.map(({ place }) => place), state.endedAtMs]).toEqual([[0, 1, 2, 3], undefined]);
});

test('a cell that the file has no more stays in the account and is started no more, until the file has it again', () => {
  const before = fold(defined(['a', 'b', 'c']), started('a'), ended('a'));
  const without = applySweepEvent(before, defined(['c']), 9);
  expect(phases(without)).toEqual(['c waiting', 'a completed', 'b waiting']);
  expect(without.cells.map(({ place }) => place)).toEqual([0, undefined, undefined]);
  const over = fold(defined(['a', 'b', 'c']), started('c'), ended('c'), defined(['c']));
  expect(isSweepOver(over)).toBe(true);
  expect(phases(applySweepEvent(without, defined(['a', 'b', 'c']), 10))).toEqual(['a completed', 'b waiting', 'c waiting']);
});

test('a cell that is to be executed again waits again, and its earlier run stays in the account', () => {
  const state = fold(defined(['a']), started('a'), ended('a', 'failed'), defined(['a'], ['a']));
  expect([phases(state), state.cells[0]?.runs.length]).toEqual([['a waiting'], 1]);
  const again = applySweepEvent(state, started('a', 'a-2'), 9);
  expect([phases(again), again.cells[0]?.runs.map(({ runId }) => runId)]).toEqual([['a running'], ['a', 'a-2']]);
});

test('pausing and cancelling are what people want of it, and a new definition ends a cancellation and no pause', () => {
  const paused = fold(defined(['a']), { kind: 'sweep-paused', reason: 'dinner' });
  expect([paused.status, paused.reason]).toEqual(['paused', 'dinner']);
  expect(applySweepEvent(paused, defined(['a', 'b']), 9)).toMatchObject({ status: 'paused', reason: 'dinner' });
  expect(applySweepEvent(paused, { kind: 'sweep-resumed' }, 9)).toMatchObject({ status: 'running', reason: '' });
  const cancelled = fold(defined(['a']), { kind: 'sweep-cancelled', reason: 'no use' });
  expect([cancelled.status, isSweepOver(cancelled)]).toEqual(['cancelled', true]);
  expect(applySweepEvent(cancelled, defined(['a']), 9)).toMatchObject({ status: 'running', reason: '' });
});

test('only where its models are served may change without a definition', () => {
  const state = fold(defined(['a']), { kind: 'sweep-moved', startsBlob: 'elsewhere' });
  expect([state.startsBlob, phases(state)]).toEqual(['elsewhere', ['a waiting']]);
});

test('a share that was changed stays, until the file says something else about it than it did', () => {
  const share = { weight: 4, priority: 1, atMost: 0 };
  const withShare = (weight: number, cells = ['a']) => ({
    ...defined(cells),
    settings: { atOnce: 2, share: { ...share, weight } },
  });
  const state = fold(withShare(2), { kind: 'sweep-shared', share });
  expect([settingsNow(state).share?.weight, settingsNow(fold(withShare(2))).share?.weight]).toEqual([4, 2]);
  expect(settingsNow(applySweepEvent(state, withShare(2, ['a', 'b']), 9)).share?.weight).toBe(4);
  expect(settingsNow(applySweepEvent(state, withShare(3), 9)).share?.weight).toBe(3);
  expect(settingsNow(fold(defined(['a']))).share).toBeUndefined();
});

test.each<[string, SweepEvent[]]>([
  ['before the first definition', [started('a')]],
  ['for a cell that is not there', [defined(['a']), started('b')]],
  ['for a cell that runs already', [defined(['a']), started('a'), started('a', 'a-2')]],
  ['for a cell that has ended', [defined(['a']), started('a'), ended('a'), started('a', 'a-2')]],
  ['that ends another run', [defined(['a']), started('a', 'a-2'), ended('a')]],
  ['that ends a run twice', [defined(['a']), started('a'), ended('a'), ended('a')]],
])('an event %s is refused', (_, events) => {
  expect(() => fold(...events)).toThrow(SweepEventRefusedError);
});
