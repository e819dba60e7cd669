import { Server, ServerCredentials, type ServerWritableStream, status } from '@grpc/grpc-js';
import type { Benchmark } from '../../services/domain/benchmark.ts';
import type { RunEvent } from '../../services/domain/run/event.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationFromProto } from '../../services/shared/contracts/configuration-codec.ts';
import { decodeProtoEvent, encodeEvent } from '../../services/shared/contracts/event-codec.ts';
import {
  type ControlServiceServer,
  ControlServiceService,
  type DeadLetter,
  DiagnoseResponse,
  type Progress,
  RunManifest,
  RunStatus,
  type RunSummary,
  type WatchRunRequest,
  type WatchRunResponse,
} from '../../services/shared/contracts/generated/scale/v1/control.ts';
import type { WorkerReport } from '../../services/shared/contracts/generated/scale/v1/job.ts';
import { hasEnded } from '../../services/shared/contracts/has-ended.ts';
import { runIdOf } from '../../services/shared/contracts/run-id.ts';

/** What the server does between or instead of events. */
export type Scripted = RunEvent | { readonly kind: 'progress'; readonly progress: Progress } | { readonly kind: 'hang-up' };

export interface FakeControlServer {
  readonly address: string;
  /** The calls so far, e.g. ["StartRun", "WatchRun 0"]. */
  readonly calls: readonly string[];
  /** Goes on with the script of every run. */
  push(...scripted: readonly Scripted[]): void;
  stop(): Promise<void>;
}

export interface FakeControlSettings {
  readonly runId?: string;
  readonly script: readonly Scripted[];
  readonly benchmark?: Benchmark;
  /** What the run's manifest says beside its id, status and time. */
  readonly manifest?: Partial<RunManifest>;
  readonly port?: number;
  /** What workers have reported. */
  readonly workers?: WorkerReport[];
  /** What it says of the deployment. */
  readonly diagnosis?: Partial<DiagnoseResponse>;
  readonly letters?: DeadLetter[];
}

/**
 * A coordinator that knows one run and tells a script instead of searching: each hang-up breaks the connection of whoever
 * watches, once. Cancelling and pausing append what a coordinator would.
 */
export async function startFakeControlServer(settings: FakeControlSettings): Promise<FakeControlServer> {
  const calls: string[] = [];
  const watchers = new Set<() => void>();
  const script: Scripted[] = [...settings.script];
  const hungUp = new Set<number>();
  let runId = settings.runId ?? 'fake-run';
  let started = settings.runId !== undefined;

  const push = (...scripted: readonly Scripted[]): void => {
    script.push(...scripted);
    for (const wake of watchers) wake();
  };
  const statusNow = (): RunStatus => statusOf(script);
  const unlessMissing = <Response>(
    asked: string,
    reply: (error: { code: status; details: string } | null, response?: Response) => void,
    response: () => Response,
  ): void => {
    if (!started || asked !== runId) reply({ code: status.NOT_FOUND, details: `there is no run ${asked}` });
    else reply(null, response());
  };

  const server = new Server();
  const noSweep = (_call: unknown, reply: (error: { code: status; details: string }) => void): void =>
    reply({ code: status.NOT_FOUND, details: 'there is no such sweep' });
  const implementation: ControlServiceServer = {
    ...{ keepBenchmark: noSweep, startSweep: noSweep, getSweep: noSweep, pauseSweep: noSweep, resumeSweep: noSweep },
    cancelSweep: noSweep,
    listSweeps: (_call, reply) => reply(null, { sweeps: [] }),
    watchSweep: (call) => call.end(),
    backup: (call) => call.end(),
    restore: (_call, reply) => reply({ code: status.UNIMPLEMENTED, details: 'nothing is restored here' }),
    setLabels: (_call, reply) => reply(null, {}),
    deleteRuns: (_call, reply) => reply(null, { runs: [] }),
    listMemory: (_call, reply) => reply(null, { kept: [] }),
    listWorkers: (_call, reply) => reply(null, { workers: settings.workers ?? [], settled: true }),
    diagnose: (_call, reply) => reply(null, DiagnoseResponse.fromPartial(settings.diagnosis ?? {})),
    forgetMemory: (_call, reply) => reply(null, { runIds: [] }),
    getCache: (_call, reply) => reply(null, { replies: 0, bytes: 0, maxBytes: 1, maxAgeMs: 0 }),
    getCaller: (_call, reply) => reply(null, { name: 'anyone', role: 'admin' }),
    listAudit: (_call, reply) => reply(null, { entries: [], more: false }),
    listDeadLetters: (_call, reply) => reply(null, { letters: settings.letters ?? [] }),
    retryDeadLetter: (_call, reply) => reply(null, { outcome: '' }),
    dropDeadLetter: ({ request }, reply) => {
      calls.push(`DropDeadLetter ${request.jobId} of ${request.runId}`);
      reply(null, {});
    },
    clearCache: (_call, reply) => reply(null, { replies: 0 }),
    startRun: (call, reply) => {
      calls.push('StartRun');
      const { configuration } = call.request;
      if (configuration !== undefined && settings.runId === undefined) runId = runIdOf(configurationFromProto(configuration));
      const continued = started;
      started = true;
      reply(null, { runId, continued, status: statusNow() });
    },
    listRuns: (_call, reply) => {
      calls.push('ListRuns');
      reply(null, { runs: started ? [summary(runId, script)] : [] });
    },
    findRuns: (_call, reply) => {
      calls.push('FindRuns');
      reply(null, { manifests: [] });
    },
    getRun: (call, reply) =>
      unlessMissing(call.request.runId, reply, () => ({
        ...{ summary: summary(runId, script), budgets: [] },
        manifest: RunManifest.fromPartial({
          ...{ ...settings.manifest, runId, status: statusNow(), createdAtMs: summary(runId, script).createdAtMs },
          ...(hasEnded(statusNow()) && { summary: summary(runId, script) }),
        }),
      })),
    getRound: (call, reply) =>
      reply({ code: status.NOT_FOUND, details: `run ${call.request.runId} has no round ${call.request.round}` }),
    getRunBenchmark: (call, reply) =>
      unlessMissing(call.request.runId, reply, () =>
        settings.benchmark === undefined ? {} : { benchmark: benchmarkToProto(settings.benchmark) },
      ),
    cancelRun: (call, reply) =>
      unlessMissing(call.request.runId, reply, () => {
        calls.push('CancelRun');
        push({ kind: 'run-cancelled', reason: call.request.reason });
        return { status: RunStatus.CANCELLED };
      }),
    pauseRun: (call, reply) =>
      unlessMissing(call.request.runId, reply, () => {
        calls.push('PauseRun');
        push({ kind: 'run-paused' });
        return { status: RunStatus.PAUSED };
      }),
    resumeRun: (call, reply) =>
      unlessMissing(call.request.runId, reply, () => {
        calls.push('ResumeRun');
        push({ kind: 'run-resumed' });
        return { status: RunStatus.RUNNING };
      }),
    setShare: (_call, reply) => reply(null, {}),
    setRunLimits: (call, reply) => unlessMissing(call.request.runId, reply, () => ({ status: statusNow() })),
    listExecutions: (call) => void call.end(),
    watchRun: (call) => {
      calls.push(`WatchRun ${call.request.afterSequence}`);
      if (!started || call.request.runId !== runId) {
        call.emit('error', { code: status.NOT_FOUND, details: `there is no run ${call.request.runId}` });
        return;
      }
      void tell(call, script, hungUp, runId, watchers);
    },
  };
  server.addService(ControlServiceService, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${settings.port ?? 0}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    calls,
    push,
    stop: async () => server.forceShutdown(),
  };
}

/** Sequences go up by two, since nothing promises that they go up by one. */
async function tell(
  call: ServerWritableStream<WatchRunRequest, WatchRunResponse>,
  script: readonly Scripted[],
  hungUp: Set<number>,
  runId: string,
  watchers: Set<() => void>,
): Promise<void> {
  let over = false;
  call.on('cancelled', () => {
    over = true;
    for (const wake of watchers) wake();
  });
  for (let index = 0; !over; index += 1) {
    while (index >= script.length) {
      if (!call.request.follow) return void call.end();
      await nextPush(watchers);
      if (over) return;
    }
    const scripted = script[index];
    if (scripted === undefined) continue;
    if (scripted.kind === 'hang-up') {
      if (hungUp.has(index)) continue;
      hungUp.add(index);
      return void call.emit('error', { code: status.UNAVAILABLE, details: 'hung up by the script' });
    }
    if (scripted.kind === 'progress') call.write({ update: { $case: 'progress', value: scripted.progress } });
    else writeEvent(call, runId, scripted, 2 * (index + 1));
    if (endings.has(scripted.kind)) return void call.end();
  }
}

function writeEvent(
  call: ServerWritableStream<WatchRunRequest, WatchRunResponse>,
  runId: string,
  event: RunEvent,
  sequence: number,
): void {
  if (sequence <= call.request.afterSequence) return;
  const logged = {
    sequence,
    timeMs: 1_700_000_000_000 + sequence * 1_000,
    event: decodeProtoEvent(encodeEvent(runId, event)),
    digest: '',
  };
  call.write({ update: { $case: 'event', value: logged } });
}

function nextPush(watchers: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      watchers.delete(wake);
      resolve();
    };
    watchers.add(wake);
  });
}

const endings = new Set<string>(['run-completed', 'run-cancelled', 'run-failed']);

function statusOf(script: readonly Scripted[]): RunStatus {
  const last = script.findLast(({ kind }) => kind.startsWith('run-'))?.kind;
  if (last === 'run-completed') return RunStatus.COMPLETED;
  if (last === 'run-cancelled') return RunStatus.CANCELLED;
  if (last === 'run-failed') return RunStatus.FAILED;
  return last === 'run-paused' ? RunStatus.PAUSED : RunStatus.RUNNING;
}

function summary(runId: string, script: readonly Scripted[]): RunSummary {
  const completed = script.flatMap((event) => (event.kind === 'round-completed' ? [event] : []));
  const scores = completed.flatMap(({ evaluation }) => (evaluation === undefined ? [] : [evaluation.score]));
  return {
    runId,
    name: 'fake',
    benchmark: 'sample',
    status: statusOf(script),
    roundsCompleted: completed.length,
    maxRounds: 3,
    ...(scores.length === 0 ? {} : { bestScore: Math.max(...scores) }),
    tokens: 1_234,
    createdAtMs: 1_700_000_000_000,
    simulated: true,
    underWay: [],
  };
}
