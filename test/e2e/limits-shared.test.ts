import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCallAccount } from '../../services/cli/in-process/workflow-executor.ts';
import { startRunRequestOf } from '../../services/cli/runs/run-request.ts';
import { executorsOfCluster } from '../../services/cli/serve/cluster-executor.ts';
import { sweepRequestOf } from '../../services/cli/sweeps/sweep-request.ts';
import { costOf } from '../../services/domain/prices/cost-of.ts';
import type { CallAttempt } from '../../services/domain/run/ledger/call-attempt.ts';
import { createSpentTally } from '../../services/domain/run/ledger/spent.ts';
import { canonicalHash } from '../../services/domain/workflow/canonical-hash.ts';
import { totalOf } from '../../services/shared/budgets/amounts.ts';
import { dayScope } from '../../services/shared/budgets/scopes-of.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { readSweepFile } from '../../services/shared/config/sweep-file/sweep-file.ts';
import {
  type GetSweepResponse,
  RunStatus,
  type StartSweepRequest,
} from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { callAttemptFromProto } from '../../services/shared/contracts/spending-codec.ts';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import { type KillableCluster, startKillableCluster } from '../support/cluster/killable-cluster.ts';
import { untilModelIsIdle } from '../support/simulator/until-model-is-idle.ts';

const never = new AbortController().signal;
const [executors, slots] = [2, 3];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-shared-limits-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, text: string): Promise<string> {
  const path = join(folder, `${name}.yaml`);
  await writeFile(path, text);
  return path;
}

const base = `benchmark: { name: sample, limit: 12 }
search: { max_rounds: 3 }
evaluation: { method: full }
`;

/** Attempts of a run by their last state, those that try endpoints left out. */
async function attemptsOf({ bus }: KillableCluster, runId: string) {
  const attempts = new Map<string, CallAttempt>();
  const tally = createSpentTally();
  for await (const { note } of bus.spending.read(runId, { after: 0, follow: false }, never)) {
    for (const attempt of note.attempts.map(callAttemptFromProto)) {
      tally.add(attempt);
      if (attempts.get(attempt.attemptId)?.state !== 'answered') attempts.set(attempt.attemptId, attempt);
    }
  }
  const sent = [...attempts.values()].filter(({ state, jobId }) => state !== 'refused' && jobId !== '');
  return { sent, spent: tally.spent(true) };
}

async function sweepEnded(cluster: KillableCluster, sweepId: string): Promise<GetSweepResponse> {
  for (;;) {
    const view = await cluster.ask((client) => client.getSweep(sweepId, never));
    if (view.summary?.endedAtMs !== undefined) return view;
    await sleep(100);
  }
}

/** So many calls have been answered, as many as are admitted, and each answer is stored. */
async function untilAllIsStored(cluster: KillableCluster, sweepId: string, calls: number): Promise<void> {
  for (;;) {
    while (cluster.served.length < calls) await sleep(5);
    await untilModelIsIdle(cluster.simulatorUrl);
    // Those without a job try an endpoint.
    const answered = cluster.served.filter(({ jobId }) => jobId !== '').length;
    const { cells } = await cluster.ask((client) => client.getSweep(sweepId, never));
    const ids = await Promise.all(cells.flatMap(({ runId }) => runId ?? []).map((runId) => cluster.bus.results.jobIds(runId)));
    if (ids.reduce((sum, { size }) => sum + size, 0) === answered) return;
    await sleep(20);
  }
}

async function sentBy(cluster: KillableCluster, { cells }: GetSweepResponse): Promise<number> {
  const runs = cells.flatMap(({ runId }) => runId ?? []);
  const counts = await Promise.all(runs.map(async (runId) => (await attemptsOf(cluster, runId)).sent.length));
  return counts.reduce((sum, count) => sum + count, 0);
}

test('runs of a sweep spend no more than its limit together, also while a worker dies, and go on where they ended once it is raised', async () => {
  await using cluster = await startKillableCluster(executors, slots, 10);
  const most = 70;
  const file = (limits: string) => `name: night
base:
  benchmark: { name: sample, limit: 12 }
  search: { max_rounds: 3 }
  evaluation: { method: full }
matrix: { seed: [1, 2, 3, 4] }
at_once: 2
${limits}`;
  const start = async (limits: string): Promise<string> => {
    const { request, benchmarks } = sweepRequestOf(
      await readSweepFile(await written('night', file(limits))),
      cluster.simulatorUrl,
    );
    for (const benchmark of benchmarks) await cluster.ask((client) => client.keepBenchmark(benchmark, never));
    return (await cluster.ask((client) => client.startSweep(request as StartSweepRequest, never))).sweepId;
  };
  cluster.holdAt(15);
  const sweepId = await start(`limits: { calls: ${most} }\n`);
  await untilAllIsStored(cluster, sweepId, 15);
  // The calls that it waits for are with the model, and held there: they are made again, and nothing is paid twice.
  await cluster.killAndReplace('executor', '');
  cluster.holdAt(Number.POSITIVE_INFINITY);
  const limited = await sweepEnded(cluster, sweepId);
  expect(limited.budgets).toMatchObject([{ scope: `sweep-${sweepId}`, terms: { most: { calls: most } } }]);
  expect(await sentBy(cluster, limited)).toBeLessThanOrEqual(most);
  // Two had begun, and were ended; of the others each says why it was not started.
  const notStarted = limited.cells.filter(({ outcome }) => outcome?.why.startsWith('it was not started'));
  expect(notStarted.map(({ outcome }) => outcome?.why)).toContain(
    "it was not started: the sweep's limit of 70 calls was reached",
  );
  // A limit is no fault, not even where nothing had a score yet.
  expect(limited.cells.map(({ state }) => state)).not.toContain('failed');
  const ended = await cluster.bus.runs.get(limited.cells[0]?.runId ?? '');
  expect(ended?.summary?.progress?.limit).toMatchObject({ limit: 'calls', scope: 'sweep', most });

  await start('');
  const whole = await sweepEnded(cluster, sweepId);
  expect(whole.cells.map(({ state }) => state)).toEqual(Array(4).fill('completed'));
  expect(whole.cells.map(({ runId }) => runId)).toEqual(limited.cells.map(({ runId }) => runId));
  for (const { runId = '' } of whole.cells) {
    expect((await cluster.bus.runs.get(runId))?.summary?.progress?.limit).toBeUndefined();
    expect((await attemptsOf(cluster, runId)).spent.answeredAgain.calls, `${runId}: paid twice`).toBe(0);
  }
});

test('a run keeps to its limit of money, at its own prices', async () => {
  await using cluster = await startKillableCluster(executors, slots, 10);
  const most = 0.01;
  const prices = 'prices: { models: { qwen-plus: { input: 1, output: 2 }, qwen3-8b: { input: 3, output: 4 } } }\n';
  const file = await readRunFile(await written('money', `name: money\n${base}limits: { money: ${most} }\n${prices}`));
  const { runId } = await cluster.ask((client) => client.startRun(startRunRequestOf(file, cluster.simulatorUrl), never));
  const manifest = await cluster.ended(runId);
  expect(manifest.summary?.progress?.limit).toMatchObject({ limit: 'money', scope: 'run', most });
  const { sent } = await attemptsOf(cluster, runId);
  const costs = sent.map(({ model, usage }) => costOf(file.prices, model, usage) ?? Number.NaN);
  const spent = costs.reduce((sum, cost) => sum + cost, 0);
  expect(spent).toBeGreaterThan(most / 2);
  expect(spent).toBeLessThanOrEqual(most + (executors * slots + slots) * Math.max(...costs));
});

test('the runs of a team spend no more than its day has, are paused at it, and no other one is begun', async () => {
  const most = 50;
  const teamsFile = await written('teams', `- { name: vision, calls_a_day: ${most} }\n- { name: language }\n`);
  await using cluster = await startKillableCluster(executors, slots, 10, { SCALE_TEAMS_FILE: teamsFile });
  const start = async (seed: number, team: string): Promise<string> => {
    const file = await readRunFile(await written(`team-${seed}`, `name: team-${seed}\nseed: ${seed}\n${base}`));
    const request = { ...startRunRequestOf(file, cluster.simulatorUrl), team };
    return (await cluster.ask((client) => client.startRun(request, never))).runId;
  };
  const runIds = [await start(1, 'vision'), await start(2, 'vision')];
  const free = await start(3, 'language');
  for (const runId of runIds) {
    while ((await cluster.bus.runs.get(runId))?.status === RunStatus.RUNNING) await sleep(50);
    const { status, pauseReason } = (await cluster.bus.runs.get(runId)) ?? {};
    expect({ status, pauseReason }).toEqual({
      status: RunStatus.PAUSED,
      pauseReason: expect.stringMatching(
        /^the limit of the team vision for a day, 50 calls, is used up; the run goes on by itself/,
      ),
    });
  }
  const counts = await Promise.all(runIds.map(async (runId) => (await attemptsOf(cluster, runId)).sent.length));
  const sent = counts.reduce((sum, count) => sum + count, 0);
  expect(sent).toBeLessThanOrEqual(most);
  expect(sent).toBeGreaterThan(most / 2);
  await expect(start(4, 'vision')).rejects.toThrow('the limit of the team vision for a day, 50 calls, is used up');
  // Who has no such limit goes on, and what was raised does too, by itself.
  expect((await cluster.ended(free)).status).toBe(RunStatus.COMPLETED);
  await writeFile(teamsFile, '- { name: vision, calls_a_day: 5000 }\n- { name: language }\n');
  for (const runId of runIds) while ((await cluster.bus.runs.get(runId))?.status !== RunStatus.COMPLETED) await sleep(50);
  const known = (await cluster.ask((client) => client.getRun(runIds[0] ?? '', never))).budgets.map(({ scope }) => scope);
  expect(known).toContain('team-vision');
});

test('all runs of a day spend no more than its limit together, and are paused at it with the reason', async () => {
  const most = 60;
  await using cluster = await startKillableCluster(executors, slots, 10, { SCALE_DAY_LIMITS: `calls=${most}` });
  const runIds: string[] = [];
  for (const seed of [1, 2]) {
    const file = await readRunFile(await written(`day-${seed}`, `name: day-${seed}\nseed: ${seed}\n${base}`));
    const request = startRunRequestOf(file, cluster.simulatorUrl);
    runIds.push((await cluster.ask((client) => client.startRun(request, never))).runId);
  }
  while (cluster.served.length < 15) await sleep(5);
  await cluster.killAndReplace('executor', '');
  for (const runId of runIds) {
    for (;;) {
      const manifest = await cluster.bus.runs.get(runId);
      if (manifest?.status === RunStatus.PAUSED) {
        expect(manifest.pauseReason).toMatch(/^the day's limit, 60 calls, is used up/);
        break;
      }
      expect(manifest?.status).toBe(RunStatus.RUNNING);
      await sleep(50);
    }
  }
  const counts = await Promise.all(runIds.map(async (runId) => (await attemptsOf(cluster, runId)).sent.length));
  const sent = counts.reduce((sum, count) => sum + count, 0);
  expect(sent).toBeLessThanOrEqual(most);
  expect(sent).toBeGreaterThan(most / 2);
});

test('what is served counts in money too, and is refused once the day has none left', async () => {
  const most = 0.01;
  await using cluster = await startKillableCluster(executors, slots, 10, { SCALE_DAY_LIMITS: `money=${most}` });
  const prices = 'prices: { models: { qwen-plus: { input: 1, output: 2 }, qwen3-8b: { input: 3, output: 4 } } }\n';
  const file = await readRunFile(await written('served', `name: served\n${base}${prices}`));
  const { executor } = file.configuration;
  const { endpoints } = startRunRequestOf(file, cluster.simulatorUrl);
  // The coordinator has said what the day has.
  while ((await cluster.bus.budgets.update(dayScope, (found) => found)).terms === undefined) await sleep(50);
  const open = executorsOfCluster({
    ...{ talks: cluster.bus.talks, party: 'serve-w', priority: 10, timeLimitMs: 60_000, prices: file.prices },
    ...{ timing: systemTiming, random: Math.random },
  });
  const served = open({ executor, endpoints: endpoints.filter(({ model }) => model === executor.model) });
  const account = createCallAccount();
  const workflow = file.configuration.initialWorkflow;
  const wanted = {
    workflow,
    hash: canonicalHash(workflow),
    fields: { question: 'What is 3 plus 4?' },
    inputs: ['question'],
    maxCalls: 20,
  };
  const answerAll = async (): Promise<never> => {
    for (let seed = 1; ; seed += 1) await served.execute(wanted, { id: `q${seed}`, seed, account }, AbortSignal.timeout(200_000));
  };
  await expect(answerAll()).rejects.toMatchObject({ status: 429, code: 'budget_spent' });
  const cost = costOf(file.prices, executor.model, account.usage) ?? Number.NaN;
  expect(cost).toBeGreaterThan(most / 2);
  expect(cost).toBeLessThanOrEqual(most);
  const { holders, gone } = await cluster.bus.budgets.update(dayScope, (found) => found);
  const counted = totalOf([...gone, ...holders.flatMap(({ spent }) => spent)]).money;
  expect(counted).toBeCloseTo(cost, 9);
});
