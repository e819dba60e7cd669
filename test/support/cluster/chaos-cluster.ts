import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import { type ChildService, mainOf, startChildService } from '../../../services/cli/cluster/child-service.ts';
import { nodeFlags } from '../../../services/cli/cluster/service-environment.ts';
import { startRunRequestOf } from '../../../services/cli/runs/run-request.ts';
import { defined } from '../../../services/domain/defined.ts';
import type { RunFile } from '../../../services/shared/config/run-file.ts';
import type { RunManifest, StartedCell } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../../services/shared/contracts/has-ended.ts';
import { type ControlClient, connectControl } from '../../../services/shared/control-client/control-client.ts';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { createLogger } from '../../../services/shared/telemetry/logger.ts';
import { findNatsServer } from '../../../services/shared/toolchain/find-nats-server.ts';
import { type NatsServerProcess, startNatsServer } from '../../../services/shared/toolchain/nats-process.ts';
import type { ServedCall } from '../../../services/simulator/access-log.ts';
import { learnBenchmarks } from '../../../services/simulator/learn-benchmarks.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';
import { type ChaosProxy, startChaosProxy } from '../faults/chaos-proxy.ts';
import { type ProcessLook, type RunEvidence, violationsIn } from './cluster-checker.ts';
import { type EvidenceSource, evidenceOf } from './run-evidence.ts';

export type ServiceKind = 'coordinator' | 'predictor' | 'executor';

export interface ChaosSettings {
  readonly executors: number;
  /** Default 1. */
  readonly coordinators?: number;
  /** Default 1. */
  readonly predictors?: number;
  readonly slots: number;
  /** Of the simulated model. */
  readonly firstTokenMs: number;
  /** Deadlines of the cluster; default: so short that a death costs a second. */
  readonly leaseMs?: number;
  readonly ackWaitMs?: number;
  /** More variables for each service, or for those of a name. */
  readonly environment?: (name: string) => Readonly<Record<string, string>>;
  /** For Node.js, before the script of a service of this name. */
  readonly nodeFlags?: (name: string) => readonly string[];
  /** Benchmark files that the simulated model learns, besides the built-in ones. */
  readonly benchmarkFiles?: readonly string[];
  /** Servers of the caller's, which it kills itself; default: one of the cluster's own. */
  readonly natsUrls?: readonly string[];
  /** A nats-server on the store; default: as found on this machine. */
  readonly startNats?: (store: { readonly folder: string; readonly port: number }) => Promise<NatsServerProcess>;
  /** Where the model is, in place of the simulated one. */
  readonly modelPort?: number;
  readonly seed?: number;
}

/** A place in the cluster: whoever dies there is replaced after a moment, under the same name. */
export interface Member {
  readonly name: string;
  readonly kind: ServiceKind;
  /** Of the present process, once it is ready. */
  process(): Promise<ChildService>;
  /** The way from here to NATS. */
  readonly nats: ChaosProxy;
  /** SIGKILL. Resolves when it is dead; the next one comes by itself. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Deaths that nobody here has caused, and what they were. */
  readonly ownDeaths: readonly string[];
}

export interface ChaosCluster extends AsyncDisposable, EvidenceSource {
  /** Whoever needs them no more may take calls out. */
  readonly served: ServedCall[];
  readonly folder: string;
  readonly bus: Bus;
  readonly members: readonly Member[];
  of(kind: ServiceKind): readonly Member[];
  /** The way from all workers to the model. */
  readonly model: ChaosProxy;
  readonly nats: {
    freeze(): void;
    thaw(): void;
    kill(): Promise<void>;
    start(): Promise<void>;
    readonly pid: () => number;
  };
  /** Gives the cluster a run through one of its coordinators, and its id. */
  begin(file: RunFile): Promise<string>;
  /** Gives it a sweep of these runs, one after another, or more of them, and its id. */
  beginSweep(name: string, cells: readonly { readonly number: number; readonly file: RunFile }[]): Promise<string>;
  /** Through whichever coordinator answers. */
  ask<T>(question: (client: ControlClient) => Promise<T>): Promise<T>;
  /** The manifest of the run that has ended. */
  ended(runId: string): Promise<RunManifest>;
  /** What the checker finds about a run that has ended, and all that it looked at. */
  check(
    runId: string,
    expectedEntries?: readonly Uint8Array[],
  ): Promise<{ readonly violations: readonly string[]; readonly evidence: RunEvidence }>;
  /** One look at each process. */
  look(liveExecutions: number): Promise<ProcessLook[]>;
}

const replaceAfterMs = 200;
const never = new AbortController().signal;
const logger = createLogger({ service: 'test', version: '0', level: 'silent' });

/** A cluster of real processes, each with a way of its own to NATS that can be spoiled. */
export async function startChaosCluster(settings: ChaosSettings): Promise<ChaosCluster> {
  const { seed = 1, leaseMs = 600, ackWaitMs = 1_000 } = settings;
  const folder = await mkdtemp(join(tmpdir(), 'scale-chaos-'));
  const started: AsyncDisposable[] = [];
  const { path: binary } = await findNatsServer({ environment: process.env });
  const startNats = settings.startNats ?? (({ folder: storeFolder, port }) => startNatsServer({ binary, storeFolder, port }));
  const ownNats = settings.natsUrls === undefined;
  let server = ownNats ? await startNats({ folder: join(folder, 'nats'), port: 0 }) : undefined;
  const natsUrls = settings.natsUrls ?? [server?.url ?? ''];
  const natsPort = Number(new URL(natsUrls[0] ?? '').port);

  const served: ServedCall[] = [];
  const { known } = await learnBenchmarks(join(folder, 'no-data'), join(folder, 'no-records'), settings.benchmarkFiles);
  const simulator = await startSimulator({
    ...{ known, seed },
    latency: { timeToFirstTokenMs: settings.firstTokenMs, tokensPerSecond: 20_000 },
    onServed: (call) => served.push(call),
  });
  const model = await startChaosProxy({ port: settings.modelPort ?? Number(new URL(simulator.url).port) }, seed);
  started.push(model);

  let isClosing = false;
  const openMember = async (kind: ServiceKind, index: number): Promise<Member> => {
    const name = `${kind}-${index}`;
    const proxies = await Promise.all(
      natsUrls.map((url, place) => startChaosProxy({ port: Number(new URL(url).port) }, seed + index * 10 + place)),
    );
    started.push(...proxies);
    const isExpected = new WeakSet<ChildService>();
    const ownDeaths: string[] = [];
    const start = async (): Promise<ChildService> => {
      const service = await startChildService(
        {
          name,
          script: mainOf(kind),
          logFile: join(folder, `${name}.log`),
          nodeFlags: [...(nodeFlags[kind] ?? []), ...(settings.nodeFlags?.(name) ?? [])],
          environment: {
            PATH: process.env.PATH ?? '',
            ...defined({ NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
            SCALE_NATS_URL: proxies.map(({ port }) => `nats://127.0.0.1:${port}`).join(','),
            SCALE_HEALTH_HOST: '127.0.0.1',
            SCALE_HEALTH_PORT: '0',
            SCALE_PARENT_LEASH: 'ipc',
            SCALE_DRAIN_MS: '5000',
            SCALE_LEASE_TTL_MS: String(leaseMs),
            SCALE_ACK_WAIT_MS: String(ackWaitMs),
            SCALE_CONTROL_PORT: '0',
            SCALE_RECONCILE_MS: '500',
            SCALE_SLOTS: String(settings.slots),
            SCALE_WORKER_NAME: name,
            ...settings.environment?.(name),
          },
        },
        never,
      );
      service.exited.then((how) => {
        if (isClosing) return;
        if (!isExpected.has(service)) ownDeaths.push(how);
        current = again();
      }, undefined);
      return service;
    };
    /** Until one lives: a service that is just starting ends where it finds no server, as it should. */
    const again = async (): Promise<ChildService> => {
      for (;;) {
        await sleep(replaceAfterMs);
        if (isClosing) throw new Error('the cluster is closing');
        try {
          return await start();
        } catch (error) {
          if (isClosing) throw error;
        }
      }
    };
    let current = start();
    await current;
    const [nats] = proxies;
    if (nats === undefined) throw new Error('there is no NATS server');
    return {
      ...{ name, kind, ownDeaths },
      nats: proxies.length === 1 ? nats : together(proxies),
      process: () => current,
      async kill() {
        const service = await current;
        isExpected.add(service);
        await service.kill();
      },
      async freeze() {
        signalTo((await current).pid, 'SIGSTOP');
      },
      thaw() {
        current.then(
          ({ pid }) => signalTo(pid, 'SIGCONT'),
          () => undefined,
        );
      },
    };
  };
  const places: (readonly [ServiceKind, number])[] = [
    ...Array.from({ length: settings.coordinators ?? 1 }, (_, index) => ['coordinator', index + 1] as const),
    ...Array.from({ length: settings.predictors ?? 1 }, (_, index) => ['predictor', index + 1] as const),
    ...Array.from({ length: settings.executors }, (_, index) => ['executor', index + 1] as const),
  ];
  const members = await Promise.all(places.map(([kind, index]) => openMember(kind, index)));
  const bus = await connectBus({ servers: [...natsUrls], name: 'test', logger, deadlineMs: 60_000 });
  const connection: NatsConnection = await connect({ servers: [...natsUrls], maxReconnectAttempts: -1, reconnectTimeWait: 200 });
  const of = (kind: ServiceKind) => members.filter((member) => member.kind === kind);

  const ask = async <T>(question: (client: ControlClient) => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries += 1) {
      const coordinators = of('coordinator');
      const coordinator = coordinators[tries % coordinators.length];
      const service = await coordinator?.process();
      const client = connectControl(service?.addresses.control ?? '', { deadlineMs: 5_000 });
      try {
        return await question(client);
      } catch (error) {
        if (tries > 40) throw error;
        await sleep(250);
      } finally {
        client.close();
      }
    }
  };

  const cluster: ChaosCluster = {
    ...{ folder, served, bus, connection, members, of, model, ask },
    nats: {
      pid: () => server?.pid ?? 0,
      freeze: () => signalTo(server?.pid, 'SIGSTOP'),
      thaw: () => signalTo(server?.pid, 'SIGCONT'),
      kill: async () => void (await server?.kill()),
      async start() {
        server = await startNats({ folder: join(folder, 'nats'), port: natsPort });
      },
    },
    async begin(file) {
      const request = startRunRequestOf(file, `http://127.0.0.1:${model.port}/v1`);
      return (await ask((client) => client.startRun(request, never))).runId;
    },
    async beginSweep(name, cells) {
      const started: StartedCell[] = [];
      for (const { number, file } of cells) {
        const { benchmark, ...start } = startRunRequestOf(file, `http://127.0.0.1:${model.port}/v1`);
        if (benchmark !== undefined) await ask((client) => client.keepBenchmark(benchmark, never));
        started.push({ labels: [{ axis: 'seed', value: String(number) }], start: { ...start, benchmark: undefined } });
      }
      const request = { name, baseHash: '0'.repeat(64), settings: { atOnce: 1 }, cells: started, keepOthers: true };
      return (await ask((client) => client.startSweep(request, never))).sweepId;
    },
    async ended(runId) {
      for (;;) {
        const manifest = await bus.runs.get(runId).catch(() => undefined);
        if (manifest !== undefined && hasEnded(manifest.status) && manifest.summary !== undefined) return manifest;
        await sleep(50);
      }
    },
    async check(runId, expectedEntries) {
      const evidence = await evidenceOf(cluster, runId);
      const all = { ...evidence, ...(expectedEntries === undefined ? {} : { expectedEntries }) };
      return { violations: violationsIn(all), evidence };
    },
    async look(liveExecutions) {
      const processes = await Promise.all(
        members.map(async ({ name, process: present }) => {
          const service = await Promise.race([present().catch(() => undefined), sleep(0)]);
          return service === undefined ? undefined : { name, pid: service.pid };
        }),
      );
      if (server !== undefined) processes.push({ name: 'nats-server', pid: server.pid });
      const atMs = performance.now();
      const looks = await Promise.all(
        processes.map(async (each) => {
          if (each === undefined) return [];
          const status = await readFile(`/proc/${each.pid}/status`, 'utf8').catch(() => '');
          const descriptors = await readdir(`/proc/${each.pid}/fd`).catch(() => []);
          const [, kb] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
          if (kb === undefined) return [];
          return [{ atMs, name: each.name, residentMb: Number(kb) / 1_024, descriptors: descriptors.length, liveExecutions }];
        }),
      );
      return looks.flat();
    },
    async [Symbol.asyncDispose]() {
      isClosing = true;
      signalTo(server?.pid, 'SIGCONT');
      for (const member of members) member.thaw();
      const all = await Promise.allSettled(members.map((member) => member.process()));
      await Promise.all(all.map((each) => (each.status === 'fulfilled' ? each.value.kill() : undefined)));
      await connection.close();
      await bus.close();
      await simulator.stop(AbortSignal.abort());
      await Promise.all(started.map((each) => each[Symbol.asyncDispose]()));
      await server?.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return cluster;
}

function signalTo(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The ways to several servers, spoiled as one. */
function together(proxies: readonly ChaosProxy[]): ChaosProxy {
  const each = (spoil: (proxy: ChaosProxy) => void) => {
    for (const proxy of proxies) spoil(proxy);
  };
  return {
    port: proxies[0]?.port ?? 0,
    get connections() {
      return proxies.reduce((sum, { connections }) => sum + connections, 0);
    },
    weather: (weather) => each((proxy) => proxy.weather(weather)),
    reset: () => each((proxy) => proxy.reset()),
    halfOpen: () => each((proxy) => proxy.halfOpen()),
    cutAfter: (bytes) => each((proxy) => proxy.cutAfter(bytes)),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
