import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RunFile, readRunFile } from '../../services/shared/config/run-file.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { spentFromProto } from '../../services/shared/contracts/spending-codec.ts';
import { type KillableCluster, startKillableCluster } from '../support/cluster/killable-cluster.ts';

const never = new AbortController().signal;
const batch = { window: '24h', gatherMs: 300, pollMs: 200 };
let folder: string;
let file: RunFile;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-batched-'));
  const path = join(folder, 'batched.yaml');
  await writeFile(
    path,
    'name: batched\nseed: 3\nbenchmark: { name: sample, limit: 24 }\nsearch: { max_rounds: 2 }\nevaluation: { method: full }\n',
  );
  file = await readRunFile(path);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A search to its end, during which this happens: its log, what it has spent, and what the model's server has. */
async function search(isBatched: boolean, disturb: (cluster: KillableCluster, runId: string) => Promise<void>) {
  await using cluster = await startKillableCluster(2, 32, 1);
  const runId = await cluster.begin(file, 64, isBatched ? batch : undefined);
  await disturb(cluster, runId);
  const { status, spent } = await cluster.ended(runId);
  await cluster.stopServing();
  const log: string[] = [];
  for await (const { entry } of cluster.bus.log.read(runId, { after: 0, follow: false }, never))
    log.push(Buffer.from(entry).toString('hex'));
  if (spent === undefined) throw new Error('the run does not say what it has spent');
  const calls = cluster.batches.map((each) => each.calls);
  return { status, log, spent: spentFromProto(spent), served: [...cluster.served], calls };
}

test('a search through the batch API, whose executors are killed while batches are under way, pays for each call once', async () => {
  const atOnce = await search(false, async () => undefined);
  const killed = await search(true, async (cluster, runId) => {
    const killAll = async () => {
      await cluster.killAndReplace('executor', runId);
      await cluster.killAndReplace('executor', runId);
    };
    // As the provider has it, and perhaps nobody here knows that yet.
    await vi.waitFor(() => expect(cluster.batches.length).toBeGreaterThan(0), { timeout: 140_000, interval: 1 });
    await killAll();
    const before = cluster.batches.length;
    await vi.waitFor(() => expect(cluster.batches.length).toBeGreaterThan(before), { timeout: 140_000, interval: 20 });
    await killAll();
  });
  expect(killed.status).toBe(RunStatus.COMPLETED);
  expect(killed.log).toEqual(atOnce.log);
  const { spent, served, calls } = killed;
  const tokens = (those: typeof served) => those.reduce((sum, each) => sum + each.promptTokens + each.generationTokens, 0);
  const own = served.filter(({ attemptId }) => attemptId !== '');
  expect(new Set(own.map(({ attemptId }) => attemptId)).size).toBe(own.length);
  expect({ lost: spent.lost.calls, again: spent.answeredAgain.calls, useless: spent.useless.calls }).toEqual({
    ...{ lost: 0, again: 0, useless: 0 },
  });
  expect(spent.answered.calls).toBe(atOnce.spent.answered.calls);
  expect(spent.answered.tokens + spent.preflight.tokens).toBe(tokens(served));
  // Proposals are made at once.
  expect(calls.reduce((sum, each) => sum + each, 0)).toBeLessThan(spent.answered.calls);
  expect(calls.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(40);
});
