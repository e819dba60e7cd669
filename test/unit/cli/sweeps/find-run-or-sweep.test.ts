import { expect, test } from 'vitest';
import type { ReachedCluster } from '../../../../services/cli/cluster/reach-cluster.ts';
import { chooseRunOrSweep, findLimitedRun } from '../../../../services/cli/sweeps/find-run-or-sweep.ts';
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

test('limits are those of one run: not of a sweep, nor, where they are to be changed, of the newest of several', async () => {
  const client = { listRuns: async () => ({ runs: [...runs, run('gsm8k-ddd', 'gsm8k')] }), listSweeps: async () => ({ sweeps }) };
  const find = (wanted: string, changes: boolean) =>
    findLimitedRun({ client } as unknown as ReachedCluster, wanted, changes, new AbortController().signal);
  await expect(find('night', true)).rejects.toThrow('night is a sweep');
  await expect(find('night', false)).rejects.toThrow('`scale sweep status night` shows its limits');
  expect((await find('night-aa1', true)).runId).toBe('night-aa1');
  await expect(find('gsm8k', true)).rejects.toThrow('more than one run is called gsm8k');
  expect((await find('gsm8k', false)).runId).toBe('gsm8k-ccc');
});
