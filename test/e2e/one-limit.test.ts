import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { slotUse } from '../../services/cli/bench/served-calls.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { startKillableCluster } from '../support/cluster/killable-cluster.ts';

const limit = 20;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-one-limit-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it(`two executors have at most ${limit} calls in flight at their one endpoint, also while one is killed and comes back`, async () => {
  const path = join(folder, 'limit.yaml');
  await writeFile(
    path,
    `name: limit
benchmark: { name: sample, limit: 60 }
search: { max_rounds: 6 }
evaluation: { method: full, warm_up_rounds: 0 }
`,
  );
  await using cluster = await startKillableCluster(2, 24, 100);
  const { served } = cluster;
  const runId = await cluster.begin(await readRunFile(path), limit);
  const untilServed = async (calls: number): Promise<void> => {
    while (served.length < calls && (await cluster.bus.runs.get(runId))?.status === RunStatus.RUNNING) await sleep(20);
  };
  for (const calls of [60, 150]) {
    await untilServed(calls);
    await cluster.killAndReplace('executor', runId);
  }
  const { status } = await cluster.ended(runId);
  await cluster.stopServing();
  expect(status).toBe(RunStatus.COMPLETED);
  const { mostAtOnce } = slotUse(served, limit);
  expect(mostAtOnce).toBeLessThanOrEqual(limit);
  // More than one executor's half, or the limit would not have been met at all.
  expect(mostAtOnce).toBeGreaterThan(limit / 2);
});
