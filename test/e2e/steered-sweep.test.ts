import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kvm } from '@nats-io/kv';
import { expect, onTestFinished, test } from 'vitest';
import { type GetSweepResponse, RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { sweepLease } from '../../services/shared/messaging/run-lease.ts';
import { buckets, token } from '../../services/shared/messaging/subjects-and-streams.ts';
import { type ChaosCluster, type Member, startChaosCluster } from '../support/cluster/chaos-cluster.ts';
import { runCli } from '../support/run-cli.ts';

const never = new AbortController().signal;

/** A command at one of the cluster's coordinators, whichever lives, and what it prints. */
async function scale(cluster: ChaosCluster, ...words: readonly string[]): Promise<Record<string, unknown>> {
  return cluster.ask(async () => {
    const coordinators = cluster.of('coordinator');
    const services = await Promise.race(coordinators.map((member) => member.process()));
    const { code, stdout, stderr } = await runCli(...words, '--server', services.addresses.control ?? '', '--json');
    if (code !== 0) throw new Error(`scale ${words.join(' ')} ended with status ${code}: ${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  });
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(25);
}

async function fileOf(cluster: ChaosCluster, folder: string, name: string): Promise<string> {
  const path = join(folder, `${name}.yaml`);
  const model = (of: string) => `{ endpoint: here, model: ${of} }`;
  await writeFile(
    path,
    `name: ${name}
base:
  benchmark: { name: sample, limit: 10 }
  search: { max_rounds: 3, convergence: off }
  models: { executor: ${model('qwen-plus')}, optimizer: ${model('qwen3-8b')} }
  endpoints: { here: { base_url: "http://127.0.0.1:${cluster.model.port}/v1", max_concurrency: 4, reissue: false } }
matrix: { seed: [1, 2, 3] }
at_once: 2
`,
  );
  return path;
}

/** Who leads the sweep now; undefined for nobody. */
async function leaderOf(cluster: ChaosCluster, sweepId: string): Promise<Member | undefined> {
  const entry = await (await new Kvm(cluster.connection).open(buckets.leases)).get(token(sweepLease(sweepId)));
  if (entry?.operation !== 'PUT') return undefined;
  const { holder } = entry.json<{ readonly holder: string }>();
  return cluster.of('coordinator').find(({ name }) => name === holder);
}

test('a sweep on a cluster that stays is detached from, paused, shared, led on by a standby after a kill, resumed and cancelled', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-steered-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await using cluster = await startChaosCluster({ executors: 1, coordinators: 2, slots: 4, firstTokenMs: 10 });
  const viewOf = (sweepId: string) => cluster.ask((client) => client.getSweep(sweepId, never));
  const runsOf = async ({ cells }: GetSweepResponse) =>
    Promise.all(cells.flatMap(({ state, runId }) => (state === 'running' ? [cluster.bus.runs.get(runId ?? '')] : [])));
  /** No call is answered until it is let go, so that whatever is done comes in mid-run. */
  const detached = async (name: string): Promise<string> => {
    const before = cluster.served.length;
    const holding = until(() => cluster.served.length > before + 5).then(() => cluster.model.weather({ blackHole: 'both' }));
    const { sweepId } = await scale(cluster, 'sweep', await fileOf(cluster, folder, name), '--detach');
    await holding;
    return String(sweepId);
  };

  const sweepId = await detached('steered');
  await scale(cluster, 'sweep', 'pause', sweepId, '--reason', 'dinner');
  await until(async () => (await runsOf(await viewOf(sweepId))).every((run) => run?.status === RunStatus.PAUSED));
  const held = await viewOf(sweepId);
  expect(held.summary).toMatchObject({ status: 'paused', reason: 'dinner', counts: { running: 2, waiting: 1, paused: 2 } });

  expect(await scale(cluster, 'share', sweepId, '--weight', '3', '--at-most', '2')).toMatchObject({ weight: 3, atMost: 2 });
  const sweep = { name: sweepId, weight: 3, atMost: 2, priority: 0 };
  await until(async () => (await runsOf(held)).every((run) => run?.share?.sweep !== undefined));
  expect((await runsOf(held)).map((run) => run?.share?.sweep)).toEqual([sweep, sweep]);

  const leases = cluster.bus.leases;
  await until(async () => (await leases.holding(sweepLease(sweepId))) !== undefined);
  const before = await leases.holding(sweepLease(sweepId));
  await (await leaderOf(cluster, sweepId))?.kill();
  // The standby leads, or whoever comes in the place of the dead one.
  await until(async () => ![undefined, before].includes(await leases.holding(sweepLease(sweepId))));
  cluster.model.weather({});
  await scale(cluster, 'sweep', 'resume', sweepId);
  await until(async () => (await viewOf(sweepId)).summary?.isOver === true);
  const { cells, summary } = await viewOf(sweepId);
  expect(summary).toMatchObject({ status: 'completed', counts: { completed: 3 } });
  expect(cells.map(({ earlierRunIds }) => earlierRunIds)).toEqual([[], [], []]);

  const other = await detached('ended');
  expect(await scale(cluster, 'sweep', 'cancel', other, '--reason', 'no use')).toMatchObject({ status: 'cancelled' });
  const ended = await viewOf(other);
  expect(ended.summary).toMatchObject({ status: 'cancelled', reason: 'no use', isOver: true, counts: { running: 0 } });
});
