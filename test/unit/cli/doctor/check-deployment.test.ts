import { expect, test } from 'vitest';
import { isHealthy } from '../../../../services/cli/doctor/check.ts';
import { deploymentChecks } from '../../../../services/cli/doctor/check-deployment.ts';
import { DiagnoseResponse, RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { EndpointUse, WorkerReport } from '../../../../services/shared/contracts/generated/scale/v1/job.ts';

const nowMs = 1_700_000_000_000;
const from = { version: '1.0.0', askedMs: nowMs - 20, answeredMs: nowMs + 20 };

const worker = (name: string, kinds: string[], given: Partial<WorkerReport> = {}) => ({
  report: {
    ...{ worker: name, kinds, slots: 8, runs: [], endpoints: [] },
    condition: { role: name.split('-')[0] ?? '', version: '1.0.0', wallMs: nowMs, trouble: '', looks: [] },
    ...given,
  },
  clockSkewMs: 3,
});
const executor = worker('executor-1', ['execute']);
const well: DiagnoseResponse = DiagnoseResponse.fromPartial({
  ...{ coordinator: 'c1', version: '1.0.0', wallMs: nowMs, natsVersion: '2.10.27', settled: true },
  streams: [{ stream: 'EVENTS', bytes: 10, maxBytes: 1_000, refusesWhenFull: true }],
  workers: [executor, worker('predictor-1', ['propose', 'predict'])],
  runs: [{ runId: 'sweep', status: RunStatus.RUNNING, leader: 'here' }],
});
const found = (changed: Partial<DiagnoseResponse>) => deploymentChecks({ ...well, ...changed }, from);
/** What is not well, without what a deployment that is well says too. */
const wrong = (changed: Partial<DiagnoseResponse>) =>
  found(changed)
    .filter(({ status }) => status !== 'ok')
    .map(({ name, status, found: what, advice }) => `${status}: ${name}: ${what}${advice === undefined ? '' : ' -> advice'}`);

test('a deployment that is well is healthy, and what was looked at is told', () => {
  expect(wrong({})).toEqual([]);
  expect(isHealthy(found({}))).toBe(true);
  expect(found({}).map(({ name }) => name)).toEqual([
    ...['coordinator', 'versions', 'clocks', 'streams', 'executors', 'predictors', 'executor-1', 'predictor-1', 'run sweep'],
  ]);
});

const endpoint: EndpointUse = { baseUrl: 'http://gpu-1/v1', callsInFlight: 0, silentMs: 0, state: 'closed', lastError: '' };
const condition = { role: 'executor', version: '1.0.0', wallMs: nowMs, trouble: '', looks: [] };
const executorWith = (given: Partial<WorkerReport>) => ({
  workers: [worker('executor-1', ['execute'], given), ...well.workers.slice(1)],
});

test.each<[string, Partial<DiagnoseResponse>, string, boolean]>([
  ['a permission that the coordinator lacks', { trouble: 'may not publish $JS.API.X' }, 'failed: coordinator: c1', false],
  [
    'another version of a worker',
    executorWith({ condition: { ...condition, version: '0.9.0' } }),
    'warning: versions: 1.0.0',
    true,
  ],
  ['a coordinator of another version', { version: '2.0.0' }, 'warning: versions: 2.0.0: coordinator; 1.0.0', true],
  ['a clock that is slow', { wallMs: nowMs - 10_000 }, 'warning: clocks: the coordinator and this machine differ by 10 s', true],
  [
    'a clock that is wrong',
    { workers: well.workers.map((each) => ({ ...each, clockSkewMs: 600_000 })) },
    'failed: clocks',
    false,
  ],
  ['streams that nobody may look at', { streamsTrouble: 'not allowed' }, 'failed: streams: they could not be', false],
  [
    'a stream that is gone',
    { streams: [...well.streams, { ...stream('RESULTS'), missing: true }] },
    'failed: stream RESULTS: missing',
    false,
  ],
  [
    'a stream that somebody changed',
    { streams: [{ ...stream('RESULTS'), differs: ['max_age'] }] },
    'warning: stream RESULTS: not as the coordinator would set it: max_age',
    true,
  ],
  [
    'a stream that is nearly full and refuses then',
    { streams: [{ ...stream('EVENTS'), bytes: 900, maxBytes: 1_000, refusesWhenFull: true }] },
    'warning: stream EVENTS: 90 %',
    true,
  ],
  [
    'a stream that is as good as full',
    { streams: [{ ...stream('EVENTS'), bytes: 990, maxBytes: 1_000, refusesWhenFull: true }] },
    'failed: stream EVENTS: 99 %',
    false,
  ],
  ['dead messages', { streams: [{ ...stream('DEAD'), messages: 3 }] }, 'warning: stream DEAD: 3 jobs', true],
  ['one dead message', { streams: [{ ...stream('DEAD'), messages: 1 }] }, 'warning: stream DEAD: 1 job that', true],
  ['no executor', { workers: well.workers.slice(1) }, 'failed: executors: none', false],
  ['a coordinator that has just begun to listen', { workers: [], settled: false }, 'warning: executors: none heard yet', true],
  [
    'a worker that lacks a permission',
    executorWith({ condition: { ...condition, trouble: 'may not pull' } }),
    'failed: executor-1: not ready',
    false,
  ],
  [
    'a worker that is too old for a run',
    executorWith({ beyond: { runs: [{ runId: 'sweep', lacks: ['judges'] }] } }),
    'warning: executor-1: leaves the run sweep to others',
    true,
  ],
  [
    'an endpoint that a worker does not reach',
    executorWith({ condition: { ...condition, looks: [{ model: 'm', baseUrl: 'http://gpu-1/v1', problem: 'no route' }] } }),
    'failed: executor-1: does not reach http://gpu-1/v1 for m',
    false,
  ],
  [
    'an endpoint that is left alone',
    executorWith({ endpoints: [{ ...endpoint, state: 'open', lastError: 'refused' }] }),
    'failed: executor-1: leaves http://gpu-1/v1 alone',
    false,
  ],
  [
    'an endpoint that wants a pause',
    executorWith({ endpoints: [{ ...endpoint, state: 'throttled' }] }),
    'warning: executor-1: http://gpu-1/v1 has asked for a pause',
    true,
  ],
  [
    'programs that are not confined',
    executorWith({ condition: { ...condition, isolation: 'plain' } }),
    'warning: executor-1: isolates programs by plain',
    true,
  ],
  [
    'an executor without Python',
    executorWith({ condition: { ...condition, noSandbox: 'no Python.' } }),
    'warning: executor-1: can run no programs',
    true,
  ],
  [
    'a run that nobody leads',
    { runs: [{ runId: 'sweep', status: RunStatus.RUNNING, leader: 'nobody' }] },
    'failed: run sweep: no coordinator leads it',
    false,
  ],
  [
    'a run that waits for a person',
    {
      runs: [
        {
          ...{ runId: 'sweep', status: RunStatus.PAUSED, leader: 'here' },
          waiting: { kind: 'person', what: 'the key is refused', until: 'mend it', waitedMs: 1, sinceMs: 1 },
        },
      ],
    },
    'warning: run sweep: led by this coordinator; it waits: the key is refused',
    true,
  ],
])('%s is told, with what to do', (_, changed, told, healthy) => {
  const said = wrong(changed);
  expect(said.filter((line) => line.startsWith(told))).not.toEqual([]);
  for (const line of said.filter((each) => !each.includes('asked for a pause'))) expect(line).toMatch(/-> advice$/);
  expect(isHealthy(found(changed))).toBe(healthy);
});

function stream(name: string) {
  return { stream: name, missing: false, messages: 0, bytes: 0, maxBytes: 0, refusesWhenFull: false, differs: [] };
}

test('without NATS it says that nothing is known of workers and runs, and not that there are none', () => {
  const away = { natsVersion: '', trouble: 'the connection to the server is lost', streams: [], workers: [], runs: [] };
  expect(found({ ...away, streamsTrouble: 'the connection to the server is lost' })).toMatchObject([
    { name: 'coordinator', status: 'failed', found: 'c1, not connected to NATS', advice: 'the connection to the server is lost' },
    { name: 'the rest', status: 'warning', found: expect.stringMatching(/^not known .*: streams, workers and runs$/) },
  ]);
});
