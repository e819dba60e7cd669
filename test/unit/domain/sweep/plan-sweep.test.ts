import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applySweepEvent } from '../../../../services/domain/sweep/apply-sweep-event.ts';
import { fruitless, planSweep, type SeenRun, type SweepCommand } from '../../../../services/domain/sweep/plan-sweep.ts';
import { isSweepOver, phaseOf, type SweepState } from '../../../../services/domain/sweep/sweep-state.ts';
import { defined, ended, fold, started } from './made-up-sweep.ts';

const going: SeenRun = { hasEnded: false, isPaused: false, pausedBySweep: false };
const held: SeenRun = { ...going, isPaused: true };
const heldBySweep: SeenRun = { ...held, pausedBySweep: true };
const over: SeenRun = { ...going, hasEnded: true };

function told(state: SweepState, seen: Record<string, SeenRun> = {}): string[] {
  return planSweep(state, (runId) => seen[runId]).map(describe);
}

function describe(command: SweepCommand): string {
  if ('runId' in command) return `${command.kind} ${command.runId}`;
  return 'cell' in command ? `${command.kind} ${command.cell.cellId}` : command.kind;
}

test('as many as may go on at a time are started, in the order of the file', () => {
  expect(told(fold(defined(['a', 'b', 'c'])))).toEqual(['start-cell a', 'start-cell b']);
  expect(told(fold(defined(['a', 'b', 'c']), started('a')), { a: going })).toEqual(['start-cell b']);
  expect(told(fold(defined(['a', 'b', 'c']), started('a'), started('b')), { a: going, b: going })).toEqual([]);
});

test('one that has ended makes room for the next at once', () => {
  const state = fold(defined(['a', 'b', 'c']), started('a'), started('b'));
  expect(told(state, { a: over, b: going })).toEqual(['note-end a', 'start-cell c']);
});

test('one that is held up by itself or by a person takes no place, so the others go on', () => {
  const state = fold(defined(['a', 'b', 'c']), started('a'), started('b'));
  expect(told(state, { a: held, b: going })).toEqual(['start-cell c']);
});

test('a run that the log has and the cluster has not is begun under the same id', () => {
  expect(told(fold(defined(['a']), started('a', 'a-2')))).toEqual(['begin-run a-2']);
});

test('a paused sweep starts nothing and holds what goes on; resumed, it lets go of what it held and of nothing else', () => {
  const events = [defined(['a', 'b', 'c'], [], 3), started('a'), started('b')] as const;
  const paused = fold(...events, { kind: 'sweep-paused', reason: '' });
  expect(told(paused, { a: going, b: held })).toEqual(['pause-run a']);
  expect(told(paused, { a: heldBySweep, b: over })).toEqual(['note-end b']);
  const resumed = fold(...events, { kind: 'sweep-paused', reason: '' }, { kind: 'sweep-resumed' });
  expect(told(resumed, { a: heldBySweep, b: held })).toEqual(['resume-run a', 'start-cell c']);
});

test('a cancelled sweep cancels what goes on and has ended when that has', () => {
  const cancelled = fold(defined(['a', 'b', 'c']), started('a'), started('b'), { kind: 'sweep-cancelled', reason: '' });
  expect(told(cancelled, { a: going })).toEqual(['cancel-run a', 'note-end b']);
  expect(told(applySweepEvent(applySweepEvent(cancelled, ended('a', 'cancelled'), 8), ended('b', 'cancelled'), 9))).toEqual([
    'end-sweep',
  ]);
});

test('failed cells do not stop the others, and the end is noted once', () => {
  const state = fold(defined(['a', 'b']), started('a'), ended('a', 'failed'), started('b'), ended('b'));
  expect(told(state)).toEqual(['end-sweep']);
  expect(told(applySweepEvent(state, { kind: 'sweep-ended' }, 9))).toEqual([]);
  expect(fruitless(state).map(({ cellId }) => cellId)).toEqual(['a']);
});

test('whatever happens to its runs, no cell has two at a time, no more than may go on, and the sweep comes to its end', () => {
  const world = fc.record({
    cells: fc.integer({ min: 1, max: 8 }),
    atOnce: fc.integer({ min: 1, max: 4 }),
    fates: fc.infiniteStream(fc.constantFrom('go on', 'end', 'fail', 'lose')),
  });
  fc.assert(
    fc.property(world, ({ cells, atOnce, fates }) => {
      const ids = Array.from({ length: cells }, (_, index) => `c${index}`);
      let state = fold(defined(ids, [], atOnce));
      const seen: Record<string, SeenRun> = {};
      const fate = fates[Symbol.iterator]();
      for (let step = 0; step < 500 && state.endedAtMs === undefined; step += 1) {
        for (const command of planSweep(state, (runId) => seen[runId])) {
          if (command.kind === 'start-cell') state = applySweepEvent(state, started(command.cell.cellId), step);
          if (command.kind === 'begin-run') seen[command.runId] = going;
          if (command.kind === 'note-end') state = applySweepEvent(state, ended(command.cell.cellId), step);
          if (command.kind === 'end-sweep') state = applySweepEvent(state, { kind: 'sweep-ended' }, step);
        }
        expect(state.cells.filter((cell) => phaseOf(cell) === 'running').length).toBeLessThanOrEqual(atOnce);
        for (const runId of Object.keys(seen)) {
          const { value } = fate.next();
          if (value === 'end' || value === 'fail') seen[runId] = over;
          if (value === 'lose' && seen[runId] !== over) delete seen[runId];
        }
      }
      expect([isSweepOver(state), state.endedAtMs !== undefined]).toEqual([true, true]);
      expect(state.cells.every(({ runs }) => runs.length === 1)).toBe(true);
    }),
  );
});
