import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDrawnView, createLineView, type ViewedWait } from '../../../../services/cli/progress/run-view.ts';
import { createWaitClock } from '../../../../services/cli/progress/wait-clock.ts';
import type { RunProgress } from '../../../../services/domain/report/run-progress.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { Waiting } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { madeUpConfiguration } from '../../domain/search/made-up-world.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const absent = { kind: 'executor', what: 'no executor is running for 12 executions', until: 'start one' };
const waitOf = (seconds: number): ViewedWait => ({ ...absent, waitedMs: seconds * 1000 });

test('lines tell a wait after ten seconds, every thirty seconds from then on, and that it is over', () => {
  const said: string[] = [];
  const view = createLineView(
    () => undefined,
    (message) => said.push(message),
  );
  for (let second = 0; second < 45; second += 1) view.waiting(waitOf(second));
  view.waiting(undefined);
  view.waiting(undefined);
  expect(said).toEqual([
    'Waiting for 10 s: no executor is running for 12 executions. Start one.',
    'Waiting for 40 s: no executor is running for 12 executions. Start one.',
    'Continuing, after 44 s of waiting.',
  ]);
});

test('a terminal shows a wait for as long as it lasts, and keeps the words for whoever comes back later', () => {
  const written: string[] = [];
  const stream = { write: (text: string) => void written.push(text), columns: 200, on: () => stream, off: () => stream } as never;
  const view = createDrawnView(stream, false);
  const state = applyEvent(undefined, { kind: 'run-started', configuration: madeUpConfiguration() });
  const progress: RunProgress = {
    ...{ round: 1, maxRounds: 3, roundsCompleted: 0, phase: 'warm-up', done: 0, total: 12, tokens: 0, simulated: false },
  };
  view.progress(progress, state);
  view.waiting(waitOf(6));
  vi.runAllTimers();
  expect(written.at(-1)).toContain('round 1/3  full  ');
  expect(written.at(-1)).toContain('Waiting for 6 s: no executor is running');
  view.waiting({ ...absent, kind: 'paused', what: 'the run is paused: dinner', waitedMs: 2_000 });
  expect(written.at(-1)).toContain('Waiting for 2 s: the run is paused: dinner. Start one.');
  vi.runAllTimers();
  expect(written.at(-1)).not.toContain('warm-up');
  view.waiting(undefined);
  expect(written.at(-1)).toContain('Continuing, after 2 s of waiting.');
  vi.runAllTimers();
  expect(written.at(-1)).toContain('round 1/3  full  ');
  expect(written.at(-1)).not.toContain('Waiting');
});

test('a terminal shows every round under way', () => {
  const written: string[] = [];
  const stream = { write: (text: string) => void written.push(text), columns: 200, on: () => stream, off: () => stream } as never;
  const view = createDrawnView(stream, false);
  const state = applyEvent(undefined, { kind: 'run-started', configuration: madeUpConfiguration() });
  const ahead = [
    { round: 3, phase: 'few-shot', done: 12, total: 21 },
    { round: 4, phase: 'propose', done: 0, total: 1 },
  ];
  const progress: RunProgress = {
    ...{ round: 2, maxRounds: 9, roundsCompleted: 1, phase: 'few-shot', done: 20, total: 21, ahead, tokens: 0, simulated: false },
  };
  view.progress(progress, state);
  vi.runAllTimers();
  expect(written.at(-1)).toContain('also under way: round 3 (few-shot 12/21), round 4 (propose 0/1)');
});

test('the clock of a wait goes on between the words of the coordinator, and counts its silence too', () => {
  let now = 1_000;
  const clock = createWaitClock(() => now);
  const told: Waiting = { ...absent, waitedMs: 7_000, sinceMs: 0 };
  expect(clock.now()).toBeUndefined();
  clock.told(told);
  now += 500;
  expect(clock.now()).toEqual({ ...absent, waitedMs: 7_500 });
  clock.lost('the coordinator does not answer');
  now += 11_000;
  clock.lost('the coordinator does not answer');
  now += 1_000;
  expect(clock.now()).toMatchObject({ kind: 'coordinator', what: 'the coordinator does not answer', waitedMs: 12_000 });
  clock.found();
  clock.told(undefined);
  expect(clock.now()).toBeUndefined();
});
