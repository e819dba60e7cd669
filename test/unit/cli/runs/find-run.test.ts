import { expect, test } from 'vitest';
import type { ReachedCluster } from '../../../../services/cli/cluster/reach-cluster.ts';
import { chooseRun, findOneRun } from '../../../../services/cli/runs/find-run.ts';
import { RunStatus, type RunSummary } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';

const run = (runId: string, name: string, createdAtMs: number): RunSummary => ({
  runId,
  name,
  benchmark: 'sample',
  status: RunStatus.RUNNING,
  roundsCompleted: 0,
  maxRounds: 20,
  underWay: [],
  tokens: 0,
  createdAtMs,
  simulated: false,
});
const runs = [run('demo-aaa', 'demo', 1), run('demo-2-bbb', 'demo-2', 3), run('gsm8k-ccc', 'gsm8k', 2)];

test('without a name, the newest run is meant', () => {
  expect(chooseRun(runs, undefined).runId).toBe('demo-2-bbb');
});

test.each([
  ['demo-aaa', 'demo-aaa'],
  ['gsm', 'gsm8k-ccc'],
  ['demo-2', 'demo-2-bbb'],
])('%s means %s', (wanted, runId) => {
  expect(chooseRun(runs, wanted).runId).toBe(runId);
});

test('of several runs with one name the newest is meant, and where something is to be changed, none of them', async () => {
  const again = [...runs, run('demo-ddd', 'demo', 9), run('demo-eee', 'demo', 8)];
  expect(chooseRun(again, 'demo').runId).toBe('demo-ddd');
  const cluster = { client: { listRuns: async () => ({ runs: again }) } } as unknown as Pick<ReachedCluster, 'client'>;
  const find = (wanted: string) => findOneRun(cluster, wanted, new AbortController().signal);
  await expect(find('demo')).rejects.toThrow('more than one run is called demo: name one of demo-aaa, demo-ddd, demo-eee');
  expect((await find('demo-aaa')).runId).toBe('demo-aaa');
  expect((await find('gsm8k')).runId).toBe('gsm8k-ccc');
});

test('the start of two ids is refused with both', () => {
  expect(() => chooseRun(runs, 'dem')).toThrow('more than one run is called dem: name one of demo-aaa, demo-2-bbb');
});

test('a name that no run has is refused with those that there are', () => {
  expect(() => chooseRun(runs, 'drop')).toThrow('no run is called drop: the runs here are demo-aaa, demo-2-bbb, gsm8k-ccc');
  expect(() => chooseRun([], undefined)).toThrow('there is no run here yet');
});

test('the id of a sweep is told as that', () => {
  const ofSweep = [...runs, { ...run('night-7', 'night', 1), sweepId: 'night-0a1b' }];
  expect(() => chooseRun(ofSweep, 'night-0a1b')).toThrow('night-0a1b is a sweep: `scale sweep status night-0a1b` shows its runs');
});

test('the name of a sweep means none of its runs, though one of them was started last', () => {
  const cell = (runId: string, createdAtMs: number) => ({ ...run(runId, 'two', createdAtMs), sweepId: 'two-0a1b' });
  const ofSweep = [...runs, cell('two-1', 4), cell('two-2', 5)];
  const told = 'two is a sweep of 2 runs: name one of them; `scale sweep status two` shows which is which';
  expect(() => chooseRun(ofSweep, 'two')).toThrow(told);
  expect(chooseRun(ofSweep, 'two-1').runId).toBe('two-1');
  expect(chooseRun(ofSweep, undefined).runId).toBe('two-2');
  expect(chooseRun([...ofSweep, run('two-3', 'two', 9)], 'two').runId).toBe('two-3');
  expect(chooseRun([cell('two-1', 4)], 'two').runId).toBe('two-1');
});

test('of many runs the newest are named where none is meant', () => {
  const many = Array.from({ length: 40 }, (_, index) => run(`night-${index}`, 'night', index));
  expect(() => chooseRun(many, 'drop')).toThrow(
    'no run is called drop: the newest of the 40 runs here are night-39, night-38, night-37, night-36, night-35; `scale list` has them all',
  );
});
