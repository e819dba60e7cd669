import { expect, test } from 'vitest';
import { createSweepScreen } from '../../../../services/cli/sweeps/sweep-screen.ts';
import type { GetSweepResponse, SweepCellView } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';

const cellOf = (seed: number, score?: number): SweepCellView => ({
  ...{ state: score === undefined ? 'running' : 'completed', runId: `run-${seed}`, leftOut: false },
  ...{ pauseReason: '', needsPerson: false, earlierRunIds: [] },
  cell: { cellId: `${seed}`, labels: [{ axis: 'seed', value: `${seed}` }], writtenHash: '', benchmarkBlob: '' },
  ...(score !== undefined && { outcome: { status: 'completed', why: '', score, tokens: 10 } }),
});
const viewOf = (...scores: readonly (number | undefined)[]): GetSweepResponse => ({
  ...{ summary: undefined, budgets: [] },
  cells: scores.map((score, place) => cellOf(place + 1, score)),
});

test('cells that end between two views have a number each, also those that ended before the command began', () => {
  const lines: string[] = [];
  const screen = createSweepScreen({ print: (line: string) => lines.push(line), draw: () => undefined } as never);
  screen.show(viewOf(0.5, undefined, undefined, undefined));
  expect(lines).toEqual([]);
  screen.show(viewOf(0.5, 0.6, 0.7, undefined));
  screen.show(viewOf(0.5, 0.6, 0.7, 0.8));
  expect(lines).toEqual([
    '[2/4] 2: score 0.6000, 10 tokens (run run-2)',
    '[3/4] 3: score 0.7000, 10 tokens (run run-3)',
    '[4/4] 4: score 0.8000, 10 tokens (run run-4)',
  ]);
});

test('whoever looks on is told of cells that another command leaves out, once, and of none that were left out before', () => {
  const said: string[] = [];
  const screen = createSweepScreen({
    print: () => undefined,
    draw: () => undefined,
    notice: (line: string) => said.push(line),
  } as never);
  const without = (...seeds: readonly number[]): GetSweepResponse => ({
    ...{ summary: undefined, budgets: [] },
    cells: [1, 2, 3, 4].map((seed) => ({ ...cellOf(seed), leftOut: seeds.includes(seed) })),
  });
  screen.show(without(4));
  expect(said).toEqual([]);
  screen.show(without(2, 4));
  screen.show(without(2, 4));
  expect(said).toEqual([
    expect.stringMatching(/^Left out from now on: 2\. Another command .* does not name it; two files of one/),
  ]);
});
