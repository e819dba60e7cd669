import { expect, test } from 'vitest';
import { growthStages, jobEnds } from '../../../../services/cli/bench/growth.ts';
import type { ProcessSample } from '../../../../services/cli/bench/process-samples.ts';
import { firstAfter } from '../../../../services/cli/bench/restart.ts';

function sample(atMs: number, command: number, coordinator: number, residentMb: number): ProcessSample {
  return {
    atMs,
    processes: [
      { pid: 1, role: 'command', cpuSeconds: command, residentMb: 10 },
      { pid: 2, role: 'coordinator', cpuSeconds: coordinator, residentMb },
    ],
  };
}

test('a job ends with its last call', () => {
  const call = (jobId: string, endedMs: number) => ({ jobId, callId: 'c', model: 'm', cutOff: false, beganMs: 0, endedMs });
  expect(jobEnds([call('a', 30), call('b', 20), call('a', 10)])).toEqual([20, 30]);
});

test('the stages of a run are equal parts of its results, each with its own time, CPU and memory', () => {
  // Five results in the first second, then two a second for two seconds.
  const ends = [1000, 1250, 1500, 1750, 2000, 2500, 3000, 3500, 4000];
  const samples = [sample(1000, 1, 2, 100), sample(2000, 1.4, 3, 120), sample(4000, 3, 4, 130)];
  const [one, two] = growthStages(ends, samples, 2);
  expect(one).toMatchObject({ finished: 5, resultsPerSecond: 4, coordinatorCpuMs: 250, coordinatorMb: 120 });
  expect(one?.commandCpuMs).toBeCloseTo(100, 9);
  expect(two).toMatchObject({ finished: 9, resultsPerSecond: 2, commandCpuMs: 400, coordinatorCpuMs: 250, coordinatorMb: 130 });
});

test('the next call is the first that began after the command, but for one whose caller is dead', () => {
  const calls = [900, 4000, 2500, 2400].map((beganMs) => ({
    ...{ jobId: 'j', callId: 'c', model: 'm', beganMs, endedMs: beganMs + 1 },
    cutOff: beganMs === 2400,
  }));
  expect(firstAfter(calls, 2000)).toBe(0.5);
  expect(firstAfter([], 2000)).toBe(Number.POSITIVE_INFINITY);
});
