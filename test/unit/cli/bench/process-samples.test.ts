import { expect, test } from 'vitest';
import { executorCpuMsACall } from '../../../../services/cli/bench/executor.ts';
import {
  cpuBetween,
  cpuSecondsIn,
  type ProcessSample,
  type Role,
  residentAt,
  residentMbIn,
  roleOf,
} from '../../../../services/cli/bench/process-samples.ts';

test('time is in the 14th and 15th field of /proc/PID/stat, whatever the name of the program', () => {
  const stat = (name: string) => `12 (${name}) S 1 12 12 0 -1 4194560 6944 72161 0 0 150 25 44 15 20 0 1 0 1754488 5246976`;
  expect(cpuSecondsIn(stat('node'))).toBe(1.75);
  expect(cpuSecondsIn(stat('a b) S 9 (c'))).toBe(1.75);
});

test('resident memory is read in megabytes; a zombie has none', () => {
  expect(residentMbIn('Name:\tnode\nVmHWM:\t    9999 kB\nVmRSS:\t    4096 kB\nThreads:\t1\n')).toBe(4);
  expect(residentMbIn('Name:\tnode\nState:\tZ (zombie)\n')).toBe(0);
});

test.each<[Role, string[]]>([
  ['executor', ['/usr/bin/node', '/home/me/scale/services/executor/main.ts']],
  ['command', ['node', 'services/cli/main.ts', 'run', 'x.yaml']],
  ['bus', ['/home/me/scale/.tools/nats-server', '-c', 'nats-server.conf']],
  ['other', ['/usr/bin/node', '/home/me/services/simulator/main.ts']],
  ['other', ['/bin/sh', '-c', 'read -r line; kill -TERM "$0"', 'services/executor/main.ts']],
])('a process is known as %s by its command line', (role, words) => {
  expect(roleOf(words)).toBe(role);
});

function sample(atMs: number, ...executors: readonly [pid: number, cpuSeconds: number, residentMb: number][]): ProcessSample {
  const processes = executors.map(([pid, cpuSeconds, residentMb]) => ({
    pid,
    role: 'executor' as const,
    cpuSeconds,
    residentMb,
  }));
  return { atMs, processes: [...processes, { pid: 1, role: 'bus', cpuSeconds: 100 * atMs, residentMb: 7 }] };
}

const samples = [
  sample(1000, [2, 1, 100], [3, 1, 50]),
  sample(2000, [2, 2, 120], [3, 3, 50]),
  sample(4000, [2, 2, 100], [3, 4, 50]),
];

test('CPU between two times is that of all processes of the role, on straight lines between the samples', () => {
  // 2 s at 1000, 5 s at 2000, 6 s at 4000.
  expect(cpuBetween(samples, 'executor', 1000, 2000)).toBe(3);
  expect(cpuBetween(samples, 'executor', 1500, 3000)).toBe(5.5 - 3.5);
  // Before the first and after the last, nothing is known to change.
  expect(cpuBetween(samples, 'executor', 0, 9000)).toBe(4);
  expect(cpuBetween(samples, 'coordinator', 1000, 4000)).toBe(0);
  expect(cpuBetween([], 'executor', 1000, 4000)).toBeNaN();
});

test('memory at a time is that of all processes of the role', () => {
  expect(residentAt(samples, 'executor', 1500)).toBe(160);
  expect(residentAt(samples, 'bus', 1500)).toBe(7);
});

test('what a process that has ended had used stays used, and its memory is that of when it was last there', () => {
  const ending = [...samples, sample(5000, [3, 5, 50]), sample(6000)];
  // 2 + 4 s at 4000, 2 + 5 at 5000 and ever after.
  expect(cpuBetween(ending, 'executor', 1000, 4000)).toBe(4);
  expect(cpuBetween(ending, 'executor', 1000, 4500)).toBe(4.5);
  expect(cpuBetween(ending, 'executor', 1000, 6000)).toBe(5);
  expect(residentAt(ending, 'executor', 5500)).toBe(50);
});

test("an executor's CPU a call counts from the half of the calls to 95 % of them", () => {
  const calls = Array.from({ length: 20 }, (_, index) => ({
    ...{ jobId: 'j', callId: 'c', model: 'm', cutOff: false },
    beganMs: 0,
    endedMs: 1000 + 100 * index,
  }));
  // The 11th ends at 2000, the 20th at 2900: 0.45 s of CPU for nine calls.
  expect(executorCpuMsACall(samples, calls)).toBeCloseTo(450 / 9, 9);
});
