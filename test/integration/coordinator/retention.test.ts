import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { mainOf, startChildService } from '../../../services/cli/cluster/child-service.ts';
import { archivePath } from '../../../services/coordinator/retention/run-archive.ts';
import { decodeBackup } from '../../../services/shared/contracts/backup-file.ts';
import { type RunManifest, RunStatus } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { createLogger } from '../../../services/shared/telemetry/logger.ts';
import { executionResult, runManifest } from '../../support/bus-messages.ts';
import { startTestNatsServer } from '../../support/nats-server.ts';
import { quickRandom } from '../../support/quick-random.ts';

const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
const seed = Number(process.env.SCALE_TEST_SEED ?? 1);
const never = new AbortController().signal;
const dayMs = 86_400_000;
const entries = 20;

async function begin() {
  const server = await startTestNatsServer();
  const root = await mkdtemp(join(tmpdir(), 'scale-archive-'));
  const [folder, log] = [join(root, 'copies'), join(root, 'log')];
  const bus = await connectBus({ servers: [server.url], name: 'test', logger, leaseTtlMs: 1_000 });
  const endedRun = async (runId: string, daysAgo: number, more: Partial<RunManifest> = {}): Promise<RunManifest> => {
    for (let last = 0, index = 0; index < entries; index += 1)
      last = await bus.log.append(runId, Buffer.from(`${runId} ${index}`), last);
    await bus.results.put(executionResult(runId, 'j1'));
    const manifest = { ...runManifest(runId, RunStatus.COMPLETED), endedAtMs: Date.now() - daysAgo * dayMs, ...more };
    await bus.runs.put(manifest);
    return manifest;
  };
  const coordinator = (keep: string) =>
    startChildService(
      {
        name: 'coordinator',
        logFile: log,
        script: mainOf('coordinator'),
        environment: {
          ...{ SCALE_NATS_URL: server.url, SCALE_KEEP_RUNS: keep, SCALE_ARCHIVE_DIR: folder, SCALE_LEASE_TTL_MS: '1000' },
          ...{ SCALE_CONTROL_PORT: '0', SCALE_HEALTH_PORT: '0', SCALE_LOG_LEVEL: 'warn' },
        },
      },
      never,
    );
  const left = async () => (await bus.runs.list()).map(({ runId }) => runId).sort();
  return {
    ...{ bus, folder, log, endedRun, coordinator, left },
    async [Symbol.asyncDispose]() {
      await bus.close();
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function contentOf(path: string) {
  const found = { entries: [] as string[], results: 0, manifests: [] as string[] };
  for await (const { body } of decodeBackup(createReadStream(path))) {
    if (body?.$case === 'entry') found.entries.push(body.value.entry.toString());
    if (body?.$case === 'result') found.results += 1;
    if (body?.$case === 'manifest') found.manifests.push(body.value.runId);
  }
  return found;
}

test('a coordinator deletes old runs by itself, each copied and noted before', async () => {
  await using cluster = await begin();
  const { bus, folder, endedRun, coordinator, left } = cluster;
  const old = await endedRun('old', 31);
  await endedRun('kept', 40, { labels: { words: ['keep'] } });
  await endedRun('young', 29);
  await endedRun('searched', 50);
  await endedRun('evaluates', 1, { ofRun: 'searched' });
  const service = await coordinator('days=30');
  await vi.waitFor(async () => expect(await left()).toEqual(['evaluates', 'kept', 'searched', 'young']), 20_000);
  await service.stop();
  const path = archivePath(folder, old);
  expect(await readdir(folder)).toEqual([path.slice(folder.length + 1)]);
  const expected = { entries: Array.from({ length: entries }, (_, index) => `old ${index}`), results: 1, manifests: ['old'] };
  expect(await contentOf(path)).toEqual(expected);
  const deeds: object[] = [];
  for await (const { method, target, code, asked } of bus.audit.read('', never)) deeds.push({ method, target, code, asked });
  expect(deeds).toEqual([{ method: 'Retire', target: 'old', code: 'OK', asked: JSON.stringify({ copy: path }) }]);
});

test('beyond a size the oldest runs go, and no more of them than needed', async () => {
  await using cluster = await begin();
  const { bus, endedRun, coordinator, left } = cluster;
  for (const [index, runId] of ['a', 'b', 'c'].entries()) {
    await endedRun(runId, 9 - index);
    await bus.log.append(runId, Buffer.alloc(200_000, index), (await lastOf(bus, runId)) ?? 0);
  }
  const service = await coordinator('megabytes=0.5');
  await vi.waitFor(async () => expect(await left()).toEqual(['b', 'c']), 20_000);
  await service.stop();
  expect(await left()).toEqual(['b', 'c']);
});

test('no copy, no deletion: where the folder cannot be written all runs stay', async () => {
  await using cluster = await begin();
  const { folder, log, endedRun, coordinator, left } = cluster;
  await endedRun('old', 31);
  await writeFile(folder, 'no folder');
  const service = await coordinator('days=30');
  await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toContain('could not be archived'), 20_000);
  await service.stop();
  expect(await left()).toEqual(['old']);
});

test('a coordinator that is killed at any moment of it loses no run: each is there as it was, or whole in its copy', async () => {
  await using cluster = await begin();
  const { folder, endedRun, coordinator, left, bus } = cluster;
  const random = quickRandom(seed);
  const runs: RunManifest[] = [];
  for (let index = 0; index < 30; index += 1) runs.push(await endedRun(`run-${index}`, 31 + index));
  for (let kills = 0; ; kills += 1) {
    const before = await left();
    if (before.length === 0) {
      expect(kills).toBeGreaterThan(1);
      break;
    }
    const service = await coordinator('days=30');
    const wanted = Math.max(0, before.length - 1 - Math.floor(10 * random()));
    await vi.waitFor(async () => expect((await left()).length).toBeLessThanOrEqual(wanted), { timeout: 60_000, interval: 1 });
    await service.kill();
    const now = new Set(await left());
    for (const run of runs.filter(({ runId }) => !now.has(runId)))
      expect((await contentOf(archivePath(folder, run))).entries).toHaveLength(entries);
  }
  for (const run of runs) expect((await contentOf(archivePath(folder, run))).entries).toHaveLength(entries);
  expect(await readdir(folder).then((files) => files.filter((file) => file.endsWith('.scale')))).toHaveLength(runs.length);
  const noted = new Set<string>();
  for await (const { target } of bus.audit.read('', never)) noted.add(target);
  expect(noted.size).toBe(runs.length);
});

async function lastOf(bus: Awaited<ReturnType<typeof connectBus>>, runId: string): Promise<number | undefined> {
  let last: number | undefined;
  for await (const { sequence } of bus.log.read(runId, { after: 0, follow: false }, never)) last = sequence;
  return last;
}
