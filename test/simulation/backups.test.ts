import { describe, expect, test } from 'vitest';
import { createBackupHandlers } from '../../services/coordinator/backup/backup-handlers.ts';
import { createControlHandlers } from '../../services/coordinator/control/control-handlers.ts';
import { startCoordinator } from '../../services/coordinator/coordinator.ts';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import { decodeBackup } from '../../services/shared/contracts/backup-file.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import {
  type BackupContents,
  type RestorePlan,
  type RestoreRequest,
  RunStatus,
} from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { runIdOf } from '../../services/shared/contracts/run-id.ts';
import type { Timing } from '../../services/shared/lifecycle/timing.ts';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { createInMemoryServer, type InMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { eventually } from './eventually.ts';
import { benchmark, configuration, createMadeUpWork } from './made-up-work.ts';

const firstSeed = Number(process.env.SCALE_TEST_SEED ?? 1);
const logger = createLogger({ service: 'simulation', version: '0', level: 'silent' });
const limits = { ackWaitMs: 400, leaseTtlMs: 300 };
const never = new AbortController().signal;

/** A cluster at work, and the jobs whose calls were paid in it. */
function startCluster(timing: Timing, seed: number) {
  const server: InMemoryServer = createInMemoryServer({ ...limits, timing });
  const bus = server.connect();
  const coordinator = startCoordinator({ name: 'c', resume: 'all', maxInFlight: 100, reconcileMs: 200 }, bus, logger, timing);
  const random = randomStream(seed, 'pauses');
  const paid: string[] = [];
  for (const name of ['w1', 'w2']) {
    const rest = () => timing.sleep(randomInteger(random, 6), never);
    const work = createMadeUpWork(
      name,
      rest,
      () => undefined,
      ({ jobId }) => paid.push(jobId),
    );
    startWorker(
      { name, kinds: ['execute', 'predict', 'propose'], slots: 4, ackWaitMs: limits.ackWaitMs, drainMs: 0 },
      { bus: server.connect(), work, timing, logger },
    );
  }
  const backups = createBackupHandlers({ bus, timing, logger, name: 'c' });
  return { bus, coordinator, paid, backups, handlers: createControlHandlers(bus, coordinator, timing) };
}

const requestOf = (seed: number) => ({
  configuration: configurationToProto(configuration(seed)),
  benchmark: benchmarkToProto(benchmark),
  endpoints: [],
  maxInFlight: 0,
  simulated: true,
});

async function readLog(bus: Bus, runId: string): Promise<string[]> {
  const entries: string[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) {
    entries.push(Buffer.from(entry).toString('hex'));
  }
  return entries;
}

async function copyOf(backups: ReturnType<typeof createBackupHandlers>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const { piece } of backups.backup({ runIds: [] }, never)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* once<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** Jobs of which the copy has the result, or a finished call; and its table of contents. */
async function knownIn(copy: Buffer): Promise<{ readonly jobs: ReadonlySet<string>; readonly contents: BackupContents }> {
  const jobs = new Set<string>();
  let contents: BackupContents | undefined;
  for await (const { body } of decodeBackup(once(copy))) {
    if (body?.$case === 'result' || body?.$case === 'call') jobs.add(body.value.jobId);
    if (body?.$case === 'end') contents = body.value.contents;
  }
  if (contents === undefined) throw new Error('the copy has no end');
  return { jobs, contents };
}

async function* requests(copy: Buffer, plan: Partial<RestorePlan>, pieceBytes = 1_000): AsyncGenerator<RestoreRequest> {
  const { contents } = await knownIn(copy);
  yield { body: { $case: 'plan', value: { contents, besideOthers: false, ...plan } } };
  for (let from = 0; from < copy.length; from += pieceBytes)
    yield { body: { $case: 'piece', value: copy.subarray(from, from + pieceBytes) } };
}

const completed = (timing: Timing, bus: Bus, runId: string) =>
  eventually(timing, async () => expect((await bus.runs.get(runId))?.status).toBe(RunStatus.COMPLETED));

/** A copy of a run, made when its log had so many entries. */
async function copyAt(timing: Timing, seed: number, entries: number): Promise<Buffer> {
  const { bus, backups, handlers } = startCluster(timing, seed);
  const { runId } = await handlers.startRun(requestOf(seed));
  while ((await readLog(bus, runId)).length < entries) await timing.sleep(1, never);
  return await copyOf(backups);
}

describe(`a backup (first seed ${firstSeed}; SCALE_TEST_SEED sets it)`, () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'made at any point of a search goes on elsewhere to the same log, and pays nothing that it has (seed +%i)',
    (offset) =>
      inVirtualTime(async (timing) => {
        const seed = firstSeed + offset;
        const runId = runIdOf(configuration(seed));
        const undisturbed = startCluster(timing, seed);
        await undisturbed.handlers.startRun(requestOf(seed));
        await completed(timing, undisturbed.bus, runId);
        const expected = await readLog(undisturbed.bus, runId);
        const entries = 1 + randomInteger(randomStream(seed, 'copies'), expected.length - 1);
        const copy = await copyAt(timing, seed, entries);
        const { jobs, contents } = await knownIn(copy);
        expect(contents.runs.map((run) => run.runId)).toEqual([runId]);
        // At its first entries nothing has been done that could be kept.
        if (entries > expected.length / 2) expect(jobs.size).toBeGreaterThan(0);

        const { bus, backups, paid, handlers } = startCluster(timing, seed + 1_000);
        const restored = await backups.restore(requests(copy, {}), never);
        expect(restored).toMatchObject({ runIds: [runId], presentRunIds: [], results: contents.runs[0]?.results });
        await completed(timing, bus, runId);
        expect(await readLog(bus, runId)).toEqual(expected);
        expect(paid.filter((jobId) => jobs.has(jobId))).toEqual([]);
        const [theirs] = (await undisturbed.handlers.listRuns(never)).runs;
        const [ours] = (await handlers.listRuns(never)).runs;
        expect(ours).toMatchObject({ tokens: theirs?.tokens, status: RunStatus.COMPLETED });
      }),
  );

  test('waits where it is told to, and is there already when it comes again', () =>
    inVirtualTime(async (timing) => {
      const copy = await copyAt(timing, 3, 6);
      const runId = runIdOf(configuration(3));
      const { bus, backups, handlers } = startCluster(timing, 4);
      await backups.restore(requests(copy, { pauseReason: 'as the other one may still work' }), never);
      expect(await bus.runs.get(runId)).toMatchObject({
        status: RunStatus.PAUSED,
        pauseReason: 'as the other one may still work',
      });
      const again = await backups.restore(requests(copy, {}), never);
      expect(again).toMatchObject({ runIds: [], presentRunIds: [runId], results: 0 });
      await handlers.resumeRun(runId);
      await completed(timing, bus, runId);
      expect(await backups.restore(requests(copy, {}), never)).toMatchObject({ runIds: [], presentRunIds: [runId] });
    }));

  test('that breaks off on its way is taken up by nobody, and comes whole with the next try', () =>
    inVirtualTime(async (timing) => {
      const copy = await copyAt(timing, 5, 12);
      const runId = runIdOf(configuration(5));
      const { bus, backups } = startCluster(timing, 6);
      for (const share of [0.2, 0.5, 0.8]) {
        const plan = requests(copy, {});
        const cut = async function* (): AsyncGenerator<RestoreRequest> {
          let sent = 0;
          for await (const request of plan) {
            if (sent > copy.length * share) return;
            if (request.body?.$case === 'piece') sent += request.body.value.length;
            yield request;
          }
        };
        await expect(backups.restore(cut(), never)).rejects.toThrow(/^the copy is cut off: it ends at byte \d+/);
        expect(await bus.runs.get(runId)).toBeUndefined();
      }
      await backups.restore(requests(copy, {}), never);
      await completed(timing, bus, runId);
    }));

  test('is refused before anything is written where others are, or the same run has gone another way', () =>
    inVirtualTime(async (timing) => {
      const copy = await copyAt(timing, 7, 6);
      const runId = runIdOf(configuration(7));
      const { bus, backups, handlers } = startCluster(timing, 8);
      const other = await handlers.startRun(requestOf(8));
      await expect(backups.restore(requests(copy, {}), never)).rejects.toThrow(
        `this cluster is not empty: it has run ${other.runId}. Restore into an empty one, or beside what is here, with --beside`,
      );
      expect(await bus.runs.get(runId)).toBeUndefined();
      const beside = await backups.restore(requests(copy, { besideOthers: true }), never);
      expect(beside.runIds).toEqual([runId]);
      await completed(timing, bus, runId);
      await completed(timing, bus, other.runId);

      const another = startCluster(timing, 9);
      await another.bus.log.append(runId, Buffer.from('another beginning'), 0);
      await another.bus.log.append(runId, Buffer.from('x'), 1);
      for (let last = 2; last < 6; last += 1) await another.bus.log.append(runId, Buffer.from('x'), last);
      await expect(another.backups.restore(requests(copy, {}), never)).rejects.toThrow(/has gone another way/);
      expect(await another.bus.runs.get(runId)).toBeUndefined();
    }));
});
