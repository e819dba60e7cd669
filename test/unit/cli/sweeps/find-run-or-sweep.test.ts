import { expect, test } from 'vitest';
import { chooseRunOrSweep } from '../../../../services/cli/sweeps/find-run-or-sweep.ts';
import type { RunSummary, SweepSummary } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';

const run = (runId: string, name: string) => ({ runId, name, createdAtMs: 1 }) as RunSummary;
const sweep = (sweepId: string, name: string) => ({ sweepId, name, createdAtMs: 1 }) as SweepSummary;
const runs = [run('night-aa1', 'night'), run('night-aa2', 'night'), run('gsm8k-ccc', 'gsm8k'), run('drop-1', 'drop')];
const sweeps = [sweep('night-fff', 'night'), sweep('drop-22', 'drop-all')];

test.each([
  ['night', 'night-fff'],
  ['night-aa2', 'night-aa2'],
  ['night-f', 'night-fff'],
  ['gsm', 'gsm8k-ccc'],
  ['drop-all', 'drop-22'],
])('%s means %s', (wanted, id) => {
  const found = chooseRunOrSweep(runs, sweeps, wanted);
  expect(found.run?.runId ?? found.sweep?.sweepId).toBe(id);
});

test('what a run and a sweep could mean is refused with both, and what neither does with the runs that there are', () => {
  expect(() => chooseRunOrSweep(runs, sweeps, 'drop')).toThrow('a sweep and a run are called drop: name one of drop-22, drop-1');
  expect(() => chooseRunOrSweep(runs, sweeps, 'mbpp')).toThrow('no run is called mbpp');
});
