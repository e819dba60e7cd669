import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunFile, readRunFile } from '../../services/shared/config/run-file.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Result } from '../../services/shared/contracts/generated/scale/v1/result.ts';
import type { ServedCall } from '../../services/simulator/access-log.ts';
import { type KillableCluster, startKillableCluster } from '../support/cluster/killable-cluster.ts';

const never = new AbortController().signal;
/**
 * A job that is not given back would come again only after an hour, and the test would fail. Nor does one come again because the
 * machine stood still.
 */
const noAckWait = { SCALE_ACK_WAIT_MS: '3600000' };
let folder: string;
/** Jobs of several calls one after another, in three rounds and in one; and of one call. */
let threeRounds: Search;
let oneRound: Search;
let oneCall: Search;

interface Search {
  readonly file: RunFile;
  readonly undisturbed: Searched;
}

interface Searched {
  /** The entries of the log, as hex. */
  readonly log: readonly string[];
  readonly results: readonly Result[];
  /** Each call that the model's server has answered to the end, by job and call. */
  readonly calls: readonly string[];
  /** Those that the client broke off. */
  readonly cut: readonly string[];
}

interface Size {
  readonly executors: number;
  readonly slots: number;
  readonly firstTokenMs: number;
  readonly environment?: Readonly<Record<string, string>>;
}

async function search(
  file: RunFile,
  { executors, slots, firstTokenMs, environment = {} }: Size,
  during: (cluster: KillableCluster, runId: string) => Promise<void> = async () => undefined,
): Promise<Searched> {
  await using cluster = await startKillableCluster(executors, slots, firstTokenMs, environment);
  const runId = await cluster.begin(file);
  await during(cluster, runId);
  expect((await cluster.ended(runId)).status).toBe(RunStatus.COMPLETED);
  const log: string[] = [];
  for await (const { entry } of cluster.bus.log.read(runId, { after: 0, follow: false }, never)) {
    log.push(Buffer.from(entry).toString('hex'));
  }
  const ids = await cluster.bus.results.jobIds(runId);
  const results = await Promise.all([...ids].map((jobId) => cluster.bus.results.get(runId, jobId)));
  await cluster.stopServing();
  return {
    log,
    results: results.filter((result) => result !== undefined),
    calls: cluster.served
      .filter(({ cutOff }) => !cutOff)
      .map(nameOf)
      .sort(),
    cut: cluster.served.filter(({ cutOff }) => cutOff).map(nameOf),
  };
}

function nameOf({ jobId, callId }: ServedCall): string {
  return `${jobId} ${callId}`;
}

/** The moment is counted in model calls: on a slow machine a clock would come before there is any work. */
async function untilCalls({ served, bus }: KillableCluster, runId: string, count: number): Promise<void> {
  while (served.length < count) {
    await sleep(10);
    if ((await bus.runs.get(runId))?.status !== RunStatus.RUNNING) throw new Error('the run has ended too early');
  }
}

/** Until one of these executors says that it has jobs, as each does every two seconds: sooner than their first calls end. */
async function untilAtWork({ bus }: KillableCluster, names: RegExp): Promise<void> {
  for await (const { worker, runs } of bus.workers.follow(never)) {
    if (names.test(worker) && (runs[0]?.jobsInFlight ?? 0) > 0) return;
  }
}

function expectUndisturbed({ log, calls, results }: Searched, { undisturbed }: Search): void {
  expect(log, 'the log').toEqual(undisturbed.log);
  expect(
    calls.filter((call, place) => call === calls[place - 1]),
    'calls that were answered twice',
  ).toEqual([]);
  expect(calls, 'the calls that were answered').toEqual(undisturbed.calls);
  expect(results.map(({ jobId }) => jobId).sort()).toEqual(undisturbed.results.map(({ jobId }) => jobId).sort());
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-rolling-'));
  const workflow = join(import.meta.dirname, '../../examples/workflows/review-and-revise.yaml');
  const many = `benchmark: { name: sample, limit: 16 }\ninitial_workflow: ${workflow}`;
  [threeRounds, oneRound, oneCall] = await Promise.all([
    searchOf('three', `${many}\nsearch: { max_rounds: 3, convergence: off }`),
    searchOf('one', `${many}\nsearch: { max_rounds: 1 }`),
    searchOf('call', 'benchmark: { name: sample, limit: 16 }\nsearch: { max_rounds: 1 }'),
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function searchOf(name: string, settings: string): Promise<Search> {
  const path = join(folder, `${name}.yaml`);
  await writeFile(path, `name: ${name}\nseed: 4\n${settings}\nevaluation: { method: full }\n`);
  const file = await readRunFile(path);
  const size = { executors: 1, slots: 16, firstTokenMs: 5, environment: noAckWait };
  return { file, undisturbed: await search(file, size) };
}

describe('executors that are ended by SIGTERM in mid-run repeat no finished call, lose nothing, and leave the log as it is', () => {
  it('in a rolling restart of all of them, one after the other', async () => {
    const environment = { ...noAckWait, SCALE_DRAIN_MS: '14000' };
    const size = { executors: 3, slots: 2, firstTokenMs: 400, environment };
    const searched = await search(threeRounds.file, size, async (cluster, runId) => {
      for (let restarted = 0; restarted < 3; restarted += 1) {
        await untilCalls(cluster, runId, cluster.served.length + 4);
        // Or the run would be over before a slow machine has started it.
        cluster.holdAt(cluster.served.length);
        await cluster.startExecutor();
        cluster.holdAt(Number.POSITIVE_INFINITY);
        expect(await cluster.stopExecutors(1)).toEqual(['ended with exit status 0']);
      }
    });
    expectUndisturbed(searched, threeRounds);
    expect(searched.cut, 'calls that were broken off').toEqual([]);
  });

  it('in a scale-in from 8 to 2, all six at once: jobs of many calls go back between two of them, and no call is broken off', async () => {
    // A job may go on for 1 s, and a call for 8.6 s more.
    const environment = { ...noAckWait, SCALE_DRAIN_MS: '12000' };
    const size = { executors: 8, slots: 2, firstTokenMs: 6_000, environment };
    const searched = await search(oneRound.file, size, async (cluster) => {
      await untilAtWork(cluster, /executor-[3-8]/);
      expect(await cluster.stopExecutors(6)).toEqual(Array.from({ length: 6 }, () => 'ended with exit status 0'));
      cluster.hurry();
    });
    expectUndisturbed(searched, oneRound);
    expect(searched.cut, 'calls that were broken off').toEqual([]);
    expect(searched.results.filter(({ delivery }) => delivery > 1).length, 'jobs that were given back').toBeGreaterThan(0);
  });

  it('also where they may not drain for as long as a call takes: what is not finished is given back at once', async () => {
    const environment = { ...noAckWait, SCALE_DRAIN_MS: '4000' };
    const size = { executors: 2, slots: 8, firstTokenMs: 8_000, environment };
    const searched = await search(oneCall.file, size, async (cluster) => {
      await untilAtWork(cluster, /executor-3/);
      expect(await cluster.stopExecutors(1)).toEqual(['ended with exit status 0']);
      cluster.hurry();
    });
    expectUndisturbed(searched, oneCall);
    expect(searched.cut.length, 'calls that were broken off').toBeGreaterThan(0);
    expect(searched.results.filter(({ delivery }) => delivery > 1).length, 'jobs that were given back').toBeGreaterThan(0);
  });
});
