import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildService, mainOf, startChildService } from '../../../services/cli/cluster/child-service.ts';
import { startRunRequestOf } from '../../../services/cli/runs/run-request.ts';
import { defined } from '../../../services/domain/defined.ts';
import type { RunFile } from '../../../services/shared/config/run-file.ts';
import { encodeBenchmark } from '../../../services/shared/contracts/benchmark-codec.ts';
import {
  type EndpointBatch,
  type RunManifest,
  RunStatus,
} from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { runIdOf } from '../../../services/shared/contracts/run-id.ts';
import { needsOf } from '../../../services/shared/contracts/run-needs.ts';
import { type ControlClient, connectControl } from '../../../services/shared/control-client/control-client.ts';
import { ControlError } from '../../../services/shared/control-client/control-error.ts';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { createLogger } from '../../../services/shared/telemetry/logger.ts';
import type { ServedCall } from '../../../services/simulator/access-log.ts';
import { learnBenchmarks } from '../../../services/simulator/learn-benchmarks.ts';
import { type Simulator, startSimulator } from '../../../services/simulator/start-simulator.ts';
import { startTestNatsServer, type TestNatsServer } from '../nats-server.ts';

export type KillablePart = 'nats-server' | 'coordinator' | 'predictor' | 'executor';

export interface KillableCluster extends AsyncDisposable {
  /** What the simulated model's server has counted, which is in this process and never killed. */
  readonly served: readonly ServedCall[];
  /** Batches that were made there, each of which takes three seconds. */
  readonly batches: readonly { readonly id: string; readonly calls: number }[];
  readonly bus: Bus;
  /** A call begins only while the model's server has answered fewer than so many; the others wait for a higher number. */
  holdAt(calls: number): void;
  /** Calls that begin from now on are answered at once. */
  hurry(): void;
  /** Where the model is served. */
  readonly simulatorUrl: string;
  /** Asks the coordinator that runs now, and the one after it if that is killed meanwhile. */
  ask<Response>(call: (client: ControlClient) => Promise<Response>): Promise<Response>;
  /**
   * Gives the cluster a run, and its id.
   * @param maxConcurrency calls in flight at the model's server; default: as for any run
   * @param batch for the calls of the executor's model; default: they are made at once
   */
  begin(file: RunFile, maxConcurrency?: number, batch?: EndpointBatch): Promise<string>;
  /**
   * kill -9 of such a part, of the executors the one that has lived longest. A new one is started in its place, and not waited
   * for; but after the death of the server, until each executor has stored a result, for which no call is held: two deaths in one
   * moment are another test's.
   */
  killAndReplace(part: KillablePart, runId: string): Promise<void>;
  /**
   * SIGTERM to this many executors at the same time, those that have lived longest, as a platform does it; resolves with how each
   * has ended. None is started in their place.
   */
  stopExecutors(count: number): Promise<readonly string[]>;
  /** One more. Resolves once it works. */
  startExecutor(): Promise<void>;
  /** The manifest of the run that has ended. */
  ended(runId: string): Promise<RunManifest>;
  /** Every service has ended on a SIGTERM, as a platform would end it. */
  drained(): Promise<void>;
  /** Ends the simulated model: from then on `served` is complete. */
  stopServing(): Promise<void>;
}

const project = join(import.meta.dirname, '../../..');
const logger = createLogger({ service: 'test', version: '0', level: 'silent' });

/** Where other versions of the sources are. */
export interface OtherVersions {
  /** Of the coordinator, the predictor and the executors. */
  readonly all: string;
  /** Executors of this version beside them. */
  readonly executorsOfThis: number;
}

/**
 * A cluster of real processes on a real server, whose deadlines are so short that a death costs a second. An executor of this
 * version beside those of another is named "this-<n>".
 * @param environment more variables for each service
 */
export async function startKillableCluster(
  executors: number,
  slots: number,
  firstTokenMs: number,
  environment: Readonly<Record<string, string>> = {},
  others?: OtherVersions,
): Promise<KillableCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-killable-'));
  const storeFolder = join(folder, 'nats');
  let nats: TestNatsServer = await startTestNatsServer({ storeFolder });
  const port = Number(new URL(nats.url).port);
  const natsUrl = nats.url;
  const served: ServedCall[] = [];
  const batches: { readonly id: string; readonly calls: number }[] = [];
  let mostServed = Number.POSITIVE_INFINITY;
  const { known } = await learnBenchmarks(join(folder, 'no-data'), join(folder, 'no-records'));
  const latency = { timeToFirstTokenMs: firstTokenMs, tokensPerSecond: 20_000 };
  const simulator: Simulator = await startSimulator({
    known,
    latency,
    onServed: (call) => served.push(call),
    batches: { delayMs: 3_000, onCreated: (batch) => batches.push(batch) },
    untilAdmitted: async (signal) => {
      while (served.length >= mostServed) await sleep(5, undefined, { signal });
    },
  });
  let started = 0;
  const start = (part: Exclude<KillablePart, 'nats-server'>, sources: string | undefined): Promise<ChildService> => {
    started += 1;
    const name = `${others !== undefined && sources === undefined ? 'this' : part}-${started}`;
    return startChildService(
      {
        name,
        script: sources === undefined ? mainOf(part) : mainOf(part).replace(project, sources),
        logFile: join(folder, `${name}.log`),
        environment: {
          PATH: process.env.PATH ?? '',
          ...defined({ NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
          SCALE_NATS_URL: natsUrl,
          SCALE_HEALTH_HOST: '127.0.0.1',
          SCALE_HEALTH_PORT: '0',
          SCALE_PARENT_LEASH: 'ipc',
          SCALE_DRAIN_MS: '5000',
          SCALE_LEASE_TTL_MS: '600',
          SCALE_ACK_WAIT_MS: '1000',
          SCALE_CONTROL_PORT: '0',
          SCALE_RECONCILE_MS: '500',
          SCALE_SLOTS: String(slots),
          SCALE_WORKER_NAME: name,
          ...environment,
        },
      },
      new AbortController().signal,
    );
  };
  const parts = new Map<KillablePart, Promise<ChildService>[]>([
    ['coordinator', [start('coordinator', others?.all)]],
    ['predictor', [start('predictor', others?.all)]],
    ['executor', Array.from({ length: executors }, () => start('executor', others?.all))],
  ]);
  const ofThis = Array.from({ length: others?.executorsOfThis ?? 0 }, () => start('executor', undefined));
  parts.get('executor')?.push(...ofThis);
  await Promise.all([...parts.values()].flat());
  const bus = await connectBus({ servers: [natsUrl], name: 'test', logger, deadlineMs: 60_000 });

  return {
    ...{ served, batches },
    bus,
    simulatorUrl: simulator.url,
    async ask(call) {
      for (;;) {
        const [coordinator] = await Promise.all(parts.get('coordinator') ?? []);
        // It has been killed, and the next one is not there yet.
        if (coordinator === undefined) {
          await sleep(50);
          continue;
        }
        const client = connectControl(coordinator.addresses.control ?? '');
        try {
          return await call(client);
        } catch (error) {
          if (!(error instanceof ControlError && error.kind === 'unreachable')) throw error;
        } finally {
          client.close();
        }
        await sleep(50);
      }
    },
    holdAt(calls) {
      mostServed = calls;
    },
    hurry() {
      latency.timeToFirstTokenMs = 0;
    },
    async begin(file, maxConcurrency, batch) {
      const { configuration, endpoints: usual, maxInFlight, simulated, cache } = startRunRequestOf(file, simulator.url);
      const endpoints = usual.map((each) => ({
        ...{ ...each, ...defined({ maxConcurrency }) },
        ...(each.model === file.configuration.executor.model && defined({ batch })),
      }));
      const runId = runIdOf(file.configuration);
      await bus.blobs.put(encodeBenchmark(file.benchmark));
      const manifest: RunManifest = {
        ...{ schemaVersion: 1, runId, configuration, endpoints, maxInFlight, simulated, createdAtMs: 0, cache },
        ...{ status: RunStatus.RUNNING, cancelReason: '', pauseReason: '', pausedAtMs: 0 },
        needs: { names: needsOf(file.benchmark) },
      };
      await bus.runs.put(manifest);
      return runId;
    },
    async killAndReplace(part, runId) {
      if (part === 'nats-server') {
        // A service that is just starting would end where it finds no server, as it should.
        await Promise.all([...parts.values()].flat());
        const known = await bus.results.jobIds(runId);
        await nats.kill();
        nats = await startTestNatsServer({ storeFolder, port });
        mostServed = Number.POSITIVE_INFINITY;
        const alive = (await Promise.all(parts.get('executor') ?? [])).map(({ name }) => name);
        await untilEachHasStored(bus, runId, alive, known);
        return;
      }
      const [oldest, ...younger] = parts.get(part) ?? [];
      parts.set(part, younger);
      await (await oldest)?.kill();
      parts.set(part, [...younger, start(part, others?.all)]);
    },
    async stopExecutors(count) {
      const executors = parts.get('executor') ?? [];
      parts.set('executor', executors.slice(count));
      const stopped = await Promise.all(executors.slice(0, count));
      await Promise.all(stopped.map((executor) => executor.stop()));
      return await Promise.all(stopped.map(({ exited }) => exited));
    },
    async startExecutor() {
      const executor = start('executor', others?.all);
      parts.set('executor', [...(parts.get('executor') ?? []), executor]);
      await executor;
    },
    async ended(runId) {
      for (;;) {
        const manifest = await bus.runs.get(runId);
        const { status = RunStatus.RUNNING } = manifest ?? {};
        if (manifest !== undefined && status !== RunStatus.RUNNING) return manifest;
        await sleep(50);
      }
    },
    async drained() {
      const all = await Promise.all([...parts.values()].flat());
      parts.clear();
      await Promise.all(all.map((part) => part.stop()));
    },
    stopServing: () => simulator.stop(),
    async [Symbol.asyncDispose]() {
      const all = await Promise.allSettled([...parts.values()].flat());
      await Promise.all(all.map((part) => (part.status === 'fulfilled' ? part.value.kill() : undefined)));
      await simulator.stop(AbortSignal.abort());
      await bus.close();
      await nats.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Each of the workers has stored a result of a job that is none of these, or the run has ended. */
async function untilEachHasStored(
  bus: Bus,
  runId: string,
  workers: readonly string[],
  known: ReadonlySet<string>,
): Promise<void> {
  const over = new AbortController();
  const watched = (async () => {
    while (!over.signal.aborted) {
      if ((await bus.runs.get(runId))?.status !== RunStatus.RUNNING) over.abort();
      await sleep(50);
    }
  })();
  const missing = new Set(workers);
  for await (const { jobId, worker } of bus.results.follow(runId, over.signal)) {
    if (!known.has(jobId)) missing.delete(worker);
    if (missing.size === 0) break;
  }
  over.abort();
  await watched;
}
