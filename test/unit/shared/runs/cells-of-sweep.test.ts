import { expect, test } from 'vitest';
import { SweepCellView, SweepSummary } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { cellsOfSweep } from '../../../../services/shared/runs/cells-of-sweep.ts';
import { runOf } from '../../domain/sweep-report/made-up-cells.ts';

const none = { runs: new Map(), earlier: new Map() };
const summary = SweepSummary.fromPartial({ sweepId: 'nightly-1', name: 'nightly', status: 'running' });

function view(method: string, seed: number, more: Parameters<typeof SweepCellView.fromPartial>[0]): SweepCellView {
  const labels = [
    { axis: 'evaluation.method', value: method },
    { axis: 'seed', value: String(seed) },
  ];
  return SweepCellView.fromPartial({ cell: { cellId: `${method}-${seed}`, labels }, state: 'waiting', ...more });
}

const cells = [
  view('full', 1, { state: 'completed', runId: 'run-1', earlierRunIds: ['run-0'], outcome: { status: 'completed', tokens: 5 } }),
  view('full', 2, { state: 'running', runId: 'run-2', pauseReason: 'the key is refused', needsPerson: true }),
  view('scale', 1, {
    state: 'failed',
    runId: 'run-3',
    outcome: { status: 'failed', why: 'no endpoint', tokens: 7, spentTokens: 9 },
  }),
  view('scale', 2, {}),
  view('few-shot', 1, { state: 'completed', runId: 'run-4', leftOut: true }),
];

test('cells have the labels, the state and the reason that the sweep has for them', () => {
  const { facts, cells: reported } = cellsOfSweep(
    { summary, cells },
    {
      runs: new Map([['run-1', runOf(5, { runId: 'run-1' })]]),
      earlier: new Map([['run-0', { runId: 'run-0', why: 'it failed: no endpoint', tokens: 3 }]]),
    },
  );
  expect(facts).toEqual({
    ...{ sweepId: 'nightly-1', name: 'nightly', status: 'running' },
    axes: [
      { name: 'evaluation.method', values: ['full', 'scale'] },
      { name: 'seed', values: ['1', '2'] },
    ],
  });
  expect(reported.map(({ id, status, reason }) => [id, status, reason])).toEqual([
    ['full, 1', 'completed', undefined],
    ['full, 2', 'paused', 'the key is refused'],
    ['scale, 1', 'failed', 'no endpoint'],
    ['scale, 2', 'waiting', undefined],
    ['few-shot, 1', 'skipped', "it is not in the sweep's file any more"],
  ]);
  expect(reported[0]?.values).toEqual({ 'evaluation.method': 'full', seed: '1' });
  expect(reported[0]?.earlierRuns).toEqual([{ runId: 'run-0', why: 'it failed: no endpoint', tokens: 3 }]);
  expect(reported[1]?.earlierRuns).toBeUndefined();
});

test('of a run whose log is gone, the tokens that the sweep has noted are there', () => {
  const [, , failed] = cellsOfSweep({ summary, cells }, none).cells;
  expect(failed?.run).toMatchObject({ runId: 'run-3', tokens: 7, spentTokens: 9 });
  expect(failed?.run?.score).toBeUndefined();
});

test('what waited when a sweep was cancelled was skipped', () => {
  const cancelled = { ...summary, status: 'cancelled', isOver: true };
  const [, , , waiting] = cellsOfSweep({ summary: cancelled, cells }, none).cells;
  expect(waiting).toMatchObject({ status: 'skipped', reason: 'the sweep was cancelled before its turn came' });
});
