import { expect, test } from 'vitest';
import { chooseRun } from '../../../../services/cli/runs/find-run.ts';
import { RunStatus, type RunSummary } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';

const run = (runId: string, name: string, createdAtMs: number): RunSummary => ({
  runId,
  name,
  benchmark: 'sample',
  status: RunStatus.RUNNING,
  roundsCompleted: 0,
  maxRounds: 20,
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

test('a name that two runs could have is refused with both', () => {
  expect(() => chooseRun(runs, 'demo')).toThrow('more than one run is called demo: name one of demo-aaa, demo-2-bbb');
});

test('a name that no run has is refused with those that there are', () => {
  expect(() => chooseRun(runs, 'drop')).toThrow('no run is called drop: the runs here are demo-aaa, demo-2-bbb, gsm8k-ccc');
  expect(() => chooseRun([], undefined)).toThrow('there is no run here yet');
});
