import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomStream } from '../../services/domain/random.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { type ChaosCluster, startChaosCluster } from '../support/cluster/chaos-cluster.ts';
import { drawFault } from '../support/faults/random-faults.ts';

/** A short one of scripts/soak: the same faults, one run, deadlines of a second. */
const seed = Number(process.env.SCALE_TEST_SEED ?? 1);
const faults = 8;
let folder: string;
let cluster: ChaosCluster;

beforeAll(async () => {
  console.info(`seed ${seed}; set SCALE_TEST_SEED for another`);
  folder = await mkdtemp(join(tmpdir(), 'scale-random-faults-'));
  cluster = await startChaosCluster({ executors: 2, coordinators: 2, slots: 4, firstTokenMs: 100, seed });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it(`fault 25: ${faults} random faults, one after the other and overlapping, leave a run as it would be without`, async () => {
  const path = join(folder, 'run.yaml');
  await writeFile(
    path,
    `name: random faults
seed: 4
benchmark: { name: sample, limit: 40 }
search: { max_rounds: 6, memory: off, parallelism: 2 }
evaluation: { method: scale, warm_up_rounds: 3, few_shot_ratio: 0.3 }
`,
  );
  const runId = await cluster.begin(await readRunFile(path));
  const random = randomStream(seed, 'faults');
  const happening: Promise<void>[] = [];
  const told: string[] = [];
  for (let count = 0; count < faults; count += 1) {
    const { what, happens } = drawFault(cluster, random, { longestMs: 2_000 });
    told.push(what);
    happening.push(happens());
    await sleep(1_000);
  }
  await Promise.all(happening);
  await cluster.ended(runId);
  // What is late at the end comes within moments.
  await expect.poll(async () => (await cluster.check(runId)).violations, { message: told.join('; ') }).toEqual([]);
});
