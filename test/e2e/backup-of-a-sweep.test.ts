import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import type { GetSweepResponse } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { type ChaosCluster, startChaosCluster } from '../support/cluster/chaos-cluster.ts';
import { startCli } from '../support/run-cli.ts';

const never = new AbortController().signal;

/** The command line as users give it, and the document that it prints. */
async function scale(...args: readonly string[]): Promise<Record<string, unknown>> {
  const ended = await startCli([...args, '--json']).ended;
  expect(ended.code, ended.stderr).toBe(0);
  return JSON.parse(ended.stdout);
}

async function ended(cluster: ChaosCluster, sweepId: string): Promise<GetSweepResponse> {
  for (;;) {
    const view = await cluster.ask((client) => client.getSweep(sweepId, never)).catch(() => undefined);
    if (view?.summary?.endedAtMs !== undefined) return view;
    await sleep(200);
  }
}

const results = ({ cells }: GetSweepResponse) =>
  cells.map(({ cell, state, outcome }) => ({ labels: cell?.labels, state, score: outcome?.score, tokens: outcome?.tokens }));

/** An executor may note a call in the store that goes, and store its result in the next: it is charged, and on no account. */
function isNoteGone(violation: string): boolean {
  const [, charged = 0, counted = 0] =
    /^(\d+) tokens are on the accounts, and the server has counted (\d+)$/.exec(violation) ?? [];
  return Number(charged) > Number(counted);
}

test('a copy made in the middle of a sweep, restored into an empty store, ends with the results of one left in peace', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-backup-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const cellsOf = (name: string) =>
    Promise.all(
      [1, 2, 3].map(async (seed) => {
        const path = join(folder, `${name}-${seed}.yaml`);
        const settings = 'search: { max_rounds: 3, memory: off }\nevaluation: { few_shot_ratio: 0.3 }';
        await writeFile(path, `name: ${name}\nseed: ${seed}\nbenchmark: { name: sample, limit: 30 }\n${settings}\n`);
        return { number: seed, file: await readRunFile(path) };
      }),
    );
  await using cluster = await startChaosCluster({ executors: 2, slots: 4, firstTokenMs: 10 });
  const inPeace = await ended(cluster, await cluster.beginSweep('peace', await cellsOf('peace')));
  const undisturbed = cluster.served.length;

  const sweepId = await cluster.beginSweep('copied', await cellsOf('copied'));
  while (cluster.served.length < undisturbed * 1.4) await sleep(5);
  // However long the command takes: the sweep must not be over by then.
  cluster.model.weather({ latencyMs: 1_000 });
  const addressOf = async () => (await cluster.of('coordinator')[0]?.process())?.addresses.control ?? '';
  const file = join(folder, 'nightly.scale');
  await scale('backup', file, '--server', await addressOf());
  const copied = await cluster.ask((client) => client.getSweep(sweepId, never));
  expect(copied.summary).toMatchObject({ isOver: false, status: 'running' });

  // The store is gone, and whoever could write it again.
  await cluster.nats.kill();
  await Promise.all(cluster.of('coordinator').map((member) => member.kill()));
  await rm(join(cluster.folder, 'nats'), { recursive: true });
  await cluster.nats.start();
  expect(await scale('sweep', 'list', '--server', await addressOf())).toMatchObject({ sweeps: [] });

  cluster.model.weather({});
  await scale('restore', file, '--server', await addressOf());
  const restored = await ended(cluster, sweepId);
  expect(results(restored)).toEqual(results(inPeace));
  for (const { runId = '' } of restored.cells) {
    const { violations } = await cluster.check(runId);
    expect(
      violations.filter((each) => !isNoteGone(each)),
      runId,
    ).toEqual([]);
  }
});
