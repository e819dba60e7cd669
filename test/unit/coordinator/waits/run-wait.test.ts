import { describe, expect, test } from 'vitest';
import { type WaitFacts, waitOf } from '../../../../services/coordinator/waits/run-wait.ts';
import { type RunManifest, RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { WorkerReport } from '../../../../services/shared/contracts/generated/scale/v1/job.ts';

const url = 'http://gpu:8000/v1';
const endpoint = { model: 'm', baseUrl: url, apiKeyVariable: '', maxConcurrency: 8, timeoutMs: 300_000 };
const manifest = { runId: 'r', status: RunStatus.RUNNING, pauseReason: '', pausedAtMs: 0, endpoints: [endpoint] };

function facts(given: Partial<WaitFacts>): WaitFacts {
  return {
    manifest,
    wallMs: 1_000_000,
    idleMs: 12_000,
    isLeading: true,
    busTrouble: undefined,
    outstanding: { execute: 12, predict: 0, propose: 0 },
    pausedLanes: new Map(),
    workers: [worker({})],
    ...given,
  };
}

function worker(given: Partial<WorkerReport>): WorkerReport {
  return { worker: 'w', kinds: ['execute'], slots: 8, runs: [], endpoints: [], ...given };
}

const share = (jobsInFlight: number, jobsHeldUp = 0, trouble = '') => ({ runId: 'r', jobsInFlight, jobsHeldUp, trouble });
const condition = { role: 'executor', version: '0.1.0', wallMs: 0, trouble: '', looks: [] };
const use = (callsInFlight: number, silentMs: number, lastError = '') => ({
  ...{ baseUrl: url, callsInFlight, silentMs, state: 'closed', lastError },
});

describe('what a run waits for', () => {
  test('is nothing while things get done', () => {
    expect(waitOf(facts({ idleMs: 4_000 }))).toBeUndefined();
  });

  test.each([
    [manifest, 'a call that takes longer than 300 s is given up'],
    [
      { ...manifest, endpoints: [{ ...endpoint, batch: { window: '24h', gatherMs: 1, pollMs: 1 } }] },
      '300 s is given up and made again; calls in a batch have 24h',
    ],
    [
      { ...manifest, endpoints: [{ ...endpoint, baseUrl: 'cluster:' }] },
      'a call that takes longer than its time limit is given up',
    ],
  ])('is a reply of a server that works on calls, within the limit as far as that is known', (given, words) => {
    const workers = [worker({ runs: [share(4)], endpoints: [use(4, 0)] })];
    expect(waitOf(facts({ manifest: given, workers }))?.until).toContain(words);
  });

  test('is whoever has paused the queue of what it needs at the NATS server, however many workers are there', () => {
    expect(waitOf(facts({ pausedLanes: new Map([['propose', 60_000]]) }))?.kind).toBe('work');
    expect(waitOf(facts({ pausedLanes: new Map([['execute', 7_200_000]]) }))).toMatchObject({
      kind: 'bus',
      what: 'somebody has paused the queue of 12 executions at the NATS server (`nats consumer pause`), for 2 h 00 min more',
      until: '`nats consumer resume JOBS execute-r` ends that at once',
    });
  });

  test('is a new day, where the limit of one holds it', () => {
    const limits = { heldBy: 'team-vision' } as unknown as RunManifest['limits'];
    const paused = { ...manifest, status: RunStatus.PAUSED, pauseReason: 'the limit is used up', pausedAtMs: 999_000, limits };
    expect(waitOf(facts({ manifest: paused, idleMs: 0 }))).toMatchObject({
      kind: 'paused',
      until: 'nobody need resume it',
    });
  });

  test('is somebody who resumes it, at once, with the reason that was given', () => {
    const paused = { ...manifest, status: RunStatus.PAUSED, pauseReason: 'the key is refused', pausedAtMs: 999_000 };
    expect(waitOf(facts({ manifest: paused, idleMs: 0 }))).toEqual({
      kind: 'paused',
      what: 'the run is paused: the key is refused',
      until: '`scale resume r` continues it',
      waitedMs: 1_000,
    });
  });

  test('is a person, where the run has paused itself', () => {
    const paused = { ...manifest, status: RunStatus.PAUSED, pauseReason: 'the key is refused', needsPerson: true };
    expect(waitOf(facts({ manifest: paused, idleMs: 0, wallMs: 5_000 }))).toEqual({
      kind: 'person',
      what: 'the run has paused itself, since only a person can fix this: the key is refused',
      until: 'once that is fixed, `scale resume r` continues it',
      waitedMs: 5_000,
    });
  });

  test.each<[string, Partial<WaitFacts>, string, RegExp]>([
    [
      'executors of another version',
      {
        workers: [
          worker({ worker: 'old', condition, beyond: { runs: [{ runId: 'r', lacks: ['execute/operator/ponder'] }] } }),
          worker({ kinds: ['predict', 'propose'] }),
        ],
      },
      'executor',
      /^no executor that runs can do 12 executions: old, of version 0\.1\.0, lacks the operator ponder$/,
    ],
    [
      'an executor',
      { workers: [worker({ kinds: ['predict', 'propose'] })] },
      'executor',
      /^no executor is running for 12 executions$/,
    ],
    [
      'a predictor',
      { outstanding: { execute: 0, predict: 0, propose: 1 } },
      'predictor',
      /^no predictor is running for 1 proposal$/,
    ],
    ['the server', { busTrouble: 'append: the server did not answer in time' }, 'bus', /did not answer/],
    ["the server's disk", { busTrouble: 'publish: no space left on device' }, 'disk', /its disk is full/],
    ['another coordinator', { isLeading: false }, 'lease', /held by another coordinator, or is left over from one/],
    [
      'an endpoint that fails',
      { workers: [worker({ runs: [share(8, 3, 'HTTP 503')] })] },
      'endpoint',
      /^3 jobs are held up: HTTP 503$/,
    ],
    [
      'an endpoint that fails calls which are tried again within their job',
      { workers: [worker({ runs: [share(8)], endpoints: [use(0, 0, 'HTTP 429, asks to wait for 20 s')] })] },
      'endpoint',
      /^HTTP 429, asks to wait for 20 s$/,
    ],
    [
      'replies',
      {
        workers: [
          worker({ runs: [share(8)], endpoints: [use(8, 28_000)] }),
          worker({ runs: [share(4)], endpoints: [use(4, 29_000)] }),
        ],
      },
      'work',
      /^12 executions are being worked on; http:\/\/gpu:8000\/v1 has 12 calls under way and has finished none for 28 s$/,
    ],
    ['work without calls', { workers: [worker({ runs: [share(8)] })] }, 'work', /^12 executions are being worked on$/],
    ['a slot', {}, 'work', /^12 executions wait in the queue for one of 8 slots on 1 worker$/],
    [
      'what nobody knows yet',
      { workers: undefined },
      'work',
      /^12 executions are given out, and it is not known yet to which workers$/,
    ],
    ['the coordinator', { outstanding: { execute: 0, predict: 0, propose: 0 } }, 'work', /the coordinator/],
  ])('is %s', (_, given, kind, what) => {
    const wait = waitOf(facts(given));
    expect(wait).toMatchObject({ kind, what: expect.stringMatching(what), waitedMs: 12_000 });
    expect(wait?.until).not.toBe('');
  });

  test('is no absence as long as nobody can know who is there', () => {
    expect(waitOf(facts({ workers: undefined }))?.kind).toBe('work');
  });

  test("is no fault of an endpoint that is not the run's", () => {
    const elsewhere = { ...use(0, 0, 'HTTP 503'), baseUrl: 'http://elsewhere/v1' };
    expect(waitOf(facts({ workers: [worker({ runs: [share(8)], endpoints: [elsewhere] })] }))?.kind).toBe('work');
  });
});
