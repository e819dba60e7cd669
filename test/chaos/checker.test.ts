import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeSnapshot, encodeSnapshot } from '../../services/coordinator/log/snapshot-codec.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { type ChaosCluster, startChaosCluster } from '../support/cluster/chaos-cluster.ts';
import { growthOf, type ProcessLook, type RunEvidence, violationsIn } from '../support/cluster/cluster-checker.ts';

/** One violation of each kind is planted in the evidence of a real run, and the checker must find it. */
let cluster: ChaosCluster;
let evidence: RunEvidence;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-checker-'));
  const path = join(folder, 'run.yaml');
  await writeFile(
    path,
    'name: checked\nseed: 4\nbenchmark: { name: sample, limit: 8 }\nsearch: { max_rounds: 16, memory: off, convergence: off }\nevaluation: { method: full }\n',
  );
  cluster = await startChaosCluster({ executors: 1, slots: 8, firstTokenMs: 5 });
  const runId = await cluster.begin(await readRunFile(path));
  await cluster.ended(runId);
  const { violations, evidence: gathered } = await cluster.check(runId);
  expect(violations).toEqual([]);
  evidence = gathered;
  expect(evidence.snapshot).toBeDefined();
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const [first, last] = [0, -1];

it.each<readonly [string, RegExp, (run: RunEvidence) => Partial<RunEvidence>]>([
  ['a result is lost', /is in the log and has no result/, ({ results }) => ({ results: results.slice(1) })],
  ['a job has two results', /has 2 results/, ({ results }) => ({ results: [...results, ...results.slice(0, 1)] })],
  [
    'a result of no job',
    /there is a result of execute-0-0-0, which nobody asked for/,
    ({ results }) => ({ results: [...results, { jobId: 'execute-0-0-0', atMs: 0 }] }),
  ],
  [
    'the log is cut',
    /the log ends with|does not replay to the live state/,
    ({ entries }) => ({ entries: entries.slice(0, last) }),
  ],
  [
    'an entry of the log is there twice',
    /the log does not replay|more than one outcome/,
    ({ entries }) => ({ entries: [...entries.slice(0, 4), ...entries.slice(3)] }),
  ],
  [
    'the log is that of another search',
    /entry 1 of the log is not that of the undisturbed search/,
    ({ entries }) => ({ expectedEntries: [entries[0] as Uint8Array, ...entries.slice(2)] }),
  ],
  [
    'the coordinator has told other tokens than the log',
    /7 tokens in the summary/,
    ({ manifest }) => ({ manifest: manifest?.summary && { ...manifest, summary: { ...manifest.summary, tokens: 7 } } }),
  ],
  [
    'a call that was on record is made again',
    /was made again although its answer was on record/,
    ({ served }) => ({
      served: served.map((call, place) =>
        place === first ? { ...call, attemptId: `later/1`, beganMs: Date.now() + 60_000 } : call,
      ),
    }),
  ],
  [
    'the server has counted a call that no account holds',
    /tokens are on the accounts, and the server has counted/,
    ({ served }) => ({ served: [...served, ...served.slice(0, 1)] }),
  ],
  [
    'the server has counted one token more of a call than its account',
    /tokens are on the accounts, and the server has counted/,
    ({ served }) => ({
      served: served.map((call, place) => (place === first ? { ...call, generationTokens: call.generationTokens + 1 } : call)),
    }),
  ],
  [
    'an answer is neither charged nor lost',
    /tokens were answered and are neither charged/,
    ({ attempts }) => ({
      attempts: attempts.flatMap((attempt) =>
        attempt.state === 'answered' && attempt.attemptId === attempts[0]?.attemptId
          ? [attempt, { ...attempt, attemptId: `another/${attempt.attemptId}`, callId: 'another' }]
          : [attempt],
      ),
    }),
  ],
  [
    'more tokens are spent than there may be',
    /tokens were spent of 10, which is more than the 1 calls in flight explain/,
    () => ({ limits: { tokens: 10 }, mostInFlight: 1 }),
  ],
  ['more calls are made than there may be', /calls were spent of 3/, () => ({ limits: { calls: 3 }, mostInFlight: 1 })],
  ['a job stays in the queue', /job j1 is still in the queue/, () => ({ queued: ['j1'] })],
  ['a message is unreadable', /nobody could read/, () => ({ dead: ['dead.v1.jobs.v1.execute.r.j'] })],
  [
    'the live state is another',
    /the log does not replay to the live state/,
    ({ snapshot = new Uint8Array() }) => {
      const live = decodeSnapshot(snapshot);
      return {
        snapshot: live && encodeSnapshot({ ...live, state: { ...live.state, bestRound: 1, rounds: live.state.rounds.slice(1) } }),
      };
    },
  ],
])('%s', (_, told, plant) => {
  const planted = { ...evidence, ...plant(evidence) };
  expect(violationsIn(planted).join('\n')).toMatch(told);
});

it('what is left in a real queue and a real store is seen', async () => {
  const { runId } = evidence;
  const { executions } = { executions: evidence.results.length };
  expect(executions).toBeGreaterThan(16);
  await cluster.connection.request(`results.v1.${runId}.execute-0-0-0`, 'planted');
  await cluster.connection.request(`jobs.v1.execute.${runId}.left`, 'planted');
  const { violations } = await cluster.check(runId);
  expect(violations).toEqual(['there is a result of execute-0-0-0, which nobody asked for', 'job left is still in the queue']);
});

const looks = (residentMb: (second: number) => number, descriptors: (second: number) => number): ProcessLook[] =>
  Array.from({ length: 400 }, (_, second) => ({
    ...{ atMs: second * 1_000, name: 'executor-1', liveExecutions: 500 },
    residentMb: residentMb(second),
    descriptors: descriptors(second),
  }));

it('memory and descriptors that grow are seen, and those that only go up and down are not', () => {
  const violationsOf = (each: readonly ProcessLook[]) => growthOf(each).flatMap(({ violations }) => violations);
  const steady = (second: number) => 150 + (second % 17);
  expect(violationsOf(looks(steady, () => 30))).toEqual([]);
  expect(
    violationsOf(
      looks(
        (second) => 150 + second / 8,
        () => 30,
      ),
    ),
  ).toEqual(['executor-1 held 169 MB of memory, and 194 MB of memory in the end']);
  expect(violationsOf(looks(steady, (second) => 30 + Math.floor(second / 10)))).toEqual([
    'executor-1 had 45 descriptors open, and 65 in the end',
  ]);
});
