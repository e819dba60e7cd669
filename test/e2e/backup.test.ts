import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { applyEvent } from '../../services/domain/run/apply/apply-event.ts';
import { totalUse } from '../../services/domain/run/ledger/totals.ts';
import type { RunState } from '../../services/domain/run/state.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { decodeBackup } from '../../services/shared/contracts/backup-file.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { type ChaosCluster, startChaosCluster } from '../support/cluster/chaos-cluster.ts';
import { startCli } from '../support/run-cli.ts';

const never = new AbortController().signal;
const [executors, slots] = [2, 4];

async function logOf(bus: Bus, runId: string): Promise<Buffer[]> {
  const entries: Buffer[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) entries.push(Buffer.from(entry));
  return entries;
}

function chargedIn(log: readonly Uint8Array[]): number {
  let state: RunState | undefined;
  for (const entry of log) state = applyEvent(state, decodeEvent(entry).event);
  if (state === undefined) throw new Error('the log is empty');
  return totalUse(state.ledger).tokens;
}

/** The command line as users give it, and the document that it prints. */
async function scale(args: readonly string[], code = 0): Promise<Record<string, unknown>> {
  const ended = await startCli([...args, '--json']).ended;
  expect(ended.code, ended.stderr).toBe(code);
  return JSON.parse(ended.stdout);
}

const addressOf = async ({ of }: ChaosCluster): Promise<string> =>
  (await of('coordinator')[0]?.process())?.addresses.control ?? '';

/** Calls of which the copy knows what they gave. */
async function callsIn(file: string): Promise<number> {
  let calls = 0;
  const whole = async function* () {
    yield await readFile(file);
  };
  for await (const { body } of decodeBackup(whole())) {
    if (body?.$case === 'result') calls += body.value.calls.length;
    if (body?.$case === 'call') calls += 1;
  }
  return calls;
}

test('a copy made in the middle of a run goes on in an empty store: the same log, the same charge, nothing paid again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-backup-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const fileOf = async (name: string) => {
    const path = join(folder, `${name}.yaml`);
    await writeFile(
      path,
      `name: ${name}
seed: 4
benchmark: { name: sample, limit: 40 }
search: { max_rounds: 4, memory: off }
evaluation: { few_shot_ratio: 0.3 }
`,
    );
    return await readRunFile(path);
  };
  await using cluster = await startChaosCluster({ executors, slots, firstTokenMs: 10 });
  const { bus, served } = cluster;
  const plain = await cluster.begin(await fileOf('undisturbed'));
  await cluster.ended(plain);
  const expected = await logOf(bus, plain);
  const undisturbed = served.length;

  const runId = await cluster.begin(await fileOf('copied'));
  while (served.length < undisturbed * 1.5) await sleep(5);
  // However long the command takes: the run must not be over by then.
  cluster.model.weather({ latencyMs: 1_000 });
  const file = join(folder, 'nightly.scale');
  const made = await scale(['backup', file, '--server', await addressOf(cluster)]);
  expect(made.runs).toMatchObject([
    { runId: plain, status: 'completed' },
    { runId, status: 'running' },
  ]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const again = await scale(['backup', file, '--server', await addressOf(cluster)], 2);
  expect(again).toMatchObject({ error: { message: expect.stringContaining('is there already: give another name, or --force') } });
  const known = (await callsIn(file)) - undisturbed;
  expect(known).toBeGreaterThan(0);

  // The store is gone, and whoever could write it again.
  await cluster.nats.kill();
  await Promise.all(cluster.of('coordinator').map((member) => member.kill()));
  await rm(join(cluster.folder, 'nats'), { recursive: true });
  await cluster.nats.start();
  const server = await addressOf(cluster);
  expect(await scale(['list', '--server', server])).toMatchObject({ runs: [] });

  const cut = join(folder, 'cut.scale');
  const bytes = await readFile(file);
  await writeFile(cut, bytes.subarray(0, 10_000));
  const refused = await scale(['restore', cut, '--server', server], 1);
  expect(refused).toMatchObject({
    error: { message: expect.stringMatching(/cut\.scale is cut off: it ends at byte 10000, in rec/) },
  });
  await using damaged = await open(cut, 'w');
  await damaged.writeFile(Buffer.concat([bytes.subarray(0, 9_000), Buffer.from('!'), bytes.subarray(9_001)]));
  expect(await scale(['restore', cut, '--check'], 1)).toMatchObject({
    error: { message: expect.stringContaining('damaged at') },
  });
  expect(await scale(['list', '--server', server])).toMatchObject({ runs: [] });

  cluster.model.weather({});
  const before = served.length;
  const restored = await scale(['restore', file, '--server', server]);
  expect(restored).toMatchObject({ runIds: [plain, runId], presentRunIds: [] });
  const manifest = await cluster.ended(runId);
  expect(manifest.status).toBe(RunStatus.COMPLETED);
  const log = await logOf(bus, runId);
  expect(await logOf(bus, plain)).toEqual(expected);
  expect(chargedIn(log)).toBe(chargedIn(expected));
  // What was in flight when the store went is made again, and nothing that the copy had.
  expect(served.length - before).toBeLessThanOrEqual(undisturbed - known + executors * slots + 1);
  // Among others, that the log is that of the same search undisturbed.
  const { violations } = await cluster.check(runId, expected);
  expect(violations).toEqual([]);

  expect(await scale(['restore', file, '--server', server])).toMatchObject({ runIds: [], presentRunIds: [plain, runId] });
});
