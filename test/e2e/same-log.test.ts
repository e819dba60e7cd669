import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomInteger, randomStream, shuffled } from '../../services/domain/random.ts';
import { type RunFile, readRunFile } from '../../services/shared/config/run-file.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { type KillableCluster, type KillablePart, startKillableCluster } from '../support/cluster/killable-cluster.ts';

const seed = Number(process.env.SCALE_TEST_SEED ?? 1);
const never = new AbortController().signal;
/** Rounds under way at once. */
const parallelisms = [1, 4];
const kills: readonly KillablePart[] = [
  ...Array.from({ length: 4 }, () => 'executor' as const),
  ...Array.from({ length: 2 }, () => 'predictor' as const),
  ...Array.from({ length: 3 }, () => 'coordinator' as const),
  'nats-server',
];
let folder: string;
let files: RunFile[];

beforeAll(async () => {
  console.info(`seed ${seed}; set SCALE_TEST_SEED for another`);
  folder = await mkdtemp(join(tmpdir(), 'scale-same-log-'));
  files = await Promise.all(
    parallelisms.map(async (parallelism) => {
      const path = join(folder, `${parallelism}-at-once.yaml`);
      await writeFile(
        path,
        `name: ${parallelism} at once
seed: 4
benchmark: { name: sample, limit: 40 }
search: { max_rounds: 9, parallelism: ${parallelism} }
evaluation: { few_shot_ratio: 0.3 }
`,
      );
      return await readRunFile(path);
    }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Searched {
  /** Of each run. */
  readonly logs: readonly (readonly string[])[];
  readonly calls: number;
}

/** Both searches on one cluster, at the same time, to their ends. */
async function search(
  { executors, slots, firstTokenMs }: { readonly executors: number; readonly slots: number; readonly firstTokenMs: number },
  disturb: (cluster: KillableCluster, runIds: readonly string[]) => Promise<void> = async () => undefined,
): Promise<Searched> {
  await using cluster = await startKillableCluster(executors, slots, firstTokenMs);
  const runIds = await Promise.all(files.map((file) => cluster.begin(file)));
  await disturb(cluster, runIds);
  const ended = await Promise.all(runIds.map((runId) => cluster.ended(runId)));
  expect(ended.map(({ status }) => status)).toEqual(runIds.map(() => RunStatus.COMPLETED));
  const logs = await Promise.all(runIds.map((runId) => logOf(cluster, runId)));
  return { logs, calls: cluster.served.length };
}

async function logOf({ bus }: KillableCluster, runId: string): Promise<string[]> {
  const entries: string[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) {
    entries.push(Buffer.from(entry).toString('hex'));
  }
  return entries;
}

/** A moment, unless both are over before all kills. */
async function untilLater({ bus }: KillableCluster, runIds: readonly string[]): Promise<void> {
  await sleep(10);
  const manifests = await Promise.all(runIds.map((runId) => bus.runs.get(runId)));
  if (manifests.every((manifest) => manifest?.status !== RunStatus.RUNNING))
    throw new Error('the runs have ended before the last kill: they have too few calls');
}

it('with 1, 2 and 4 executors, and after ten kills at random moments, a search of one or of four rounds at once has the same log', async () => {
  const undisturbed = await search({ executors: 1, slots: 16, firstTokenMs: 0 });
  for (const executors of [2, 4]) {
    const { logs } = await search({ executors, slots: 4, firstTokenMs: 5 });
    for (const [place, log] of logs.entries()) {
      expect(log, `${executors} executors, parallelism ${parallelisms[place]}`).toEqual(undisturbed.logs[place]);
    }
  }
  const random = randomStream(seed, 'kills');
  const victims = shuffled(random, kills);
  const { logs } = await search({ executors: 2, slots: 2, firstTokenMs: 100 }, async (cluster, runIds) => {
    for (const [index, victim] of victims.entries()) {
      // Counted in calls, which are held when it is time: a clock would kill a slow machine's cluster before it has gone on, and
      // a quick one would be done while the parts of it start.
      const callsLeft = Math.max(0, undisturbed.calls - cluster.served.length);
      const apart = Math.floor(callsLeft / (victims.length - index) / 2);
      const next = cluster.served.length + 1 + randomInteger(random, Math.max(1, apart));
      cluster.holdAt(next);
      while (cluster.served.length < next) await untilLater(cluster, runIds);
      await cluster.killAndReplace(victim, runIds[0] as string);
    }
    cluster.holdAt(Number.POSITIVE_INFINITY);
  });
  for (const [place, log] of logs.entries()) {
    expect(log, `after the kills, parallelism ${parallelisms[place]}`).toEqual(undisturbed.logs[place]);
  }
}, 400_000);
