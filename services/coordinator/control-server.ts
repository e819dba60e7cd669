import {
  Metadata,
  Server,
  type ServerCredentials,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { ScaleError } from '../domain/errors/scale-error.ts';
import { type ControlServiceServer, ControlServiceService } from '../shared/contracts/generated/scale/v1/control.ts';
import { answeredBy } from '../shared/control-client/control-error.ts';
import { coerceError } from '../shared/errors/coerce-error.ts';
import { grpcDetails } from '../shared/errors/grpc-details.ts';
import { grpcStatusOf } from '../shared/errors/grpc-status.ts';
import { ListenError } from '../shared/errors/listen-error.ts';
import { onAbort } from '../shared/lifecycle/abort.ts';
import { every, systemTiming, type Timing } from '../shared/lifecycle/timing.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import type { Access } from './access/access.ts';
import { accessInterceptor, callerIn } from './access/access-interceptor.ts';
import type { AuditCall } from './access/audit-calls.ts';
import { type CallLimits, createCallMeter } from './access/call-limits.ts';
import type { BackupHandlers } from './backup/backup-handlers.ts';
import type { AuditHandlers } from './control/audit-handlers.ts';
import type { ControlHandlers } from './control/control-handlers.ts';
import type { DeadLetterHandlers } from './control/dead-letter-handlers.ts';
import type { KeepingHandlers } from './retention/keeping-handlers.ts';
import type { SweepHandlers } from './sweeps/sweep-handlers.ts';
import type { Teams } from './teams/teams.ts';

export interface ControlServer {
  readonly port: number;
  stop(): Promise<void>;
}

const stopGraceMs = 2000;
/** What went wrong on our side of the call. */
const worthLogging: ReadonlySet<status> = new Set([status.INTERNAL, status.UNAVAILABLE, status.DATA_LOSS]);

export interface ControlServerSettings {
  /** E.g. "127.0.0.1:0". */
  readonly address: string;
  readonly access: Access;
  /** Default: nothing is kept. */
  readonly audit?: AuditCall;
  /** Default: whoever calls may name any. */
  readonly teams?: Teams;
  readonly credentials: ServerCredentials;
  readonly limits: CallLimits;
  /** Of a message, to it and from it. */
  readonly messageBytes: number;
}

/** Serves ControlService to those who have access, and grpc.health.v1 to everyone. */
export async function startControlServer(
  { address, access, teams, audit = async () => undefined, credentials, limits, messageBytes }: ControlServerSettings,
  handlers: ControlHandlers & SweepHandlers & DeadLetterHandlers & AuditHandlers & BackupHandlers & KeepingHandlers,
  logger: Logger,
  timing: Timing = systemTiming,
): Promise<ControlServer> {
  const server = new Server({
    'grpc.max_receive_message_length': messageBytes,
    'grpc.max_send_message_length': messageBytes,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_permit_without_calls': 1,
    interceptors: [accessInterceptor({ audit, access, meter: createCallMeter(limits, timing), logger, timing })],
  });
  const stopping = new AbortController();
  const whenCutOff = (seconds: number, act: () => void): Disposable => {
    let away = 0;
    return every(timing, 1_000, () => {
      away = handlers.isCutOff() ? away + 1 : 0;
      if (away >= seconds) act();
    });
  };
  const unary =
    <Request, Response>(
      handle: (request: Request, signal: AbortSignal, caller: ReturnType<typeof callerIn>) => Promise<Response>,
      patienceSeconds?: number,
    ) =>
    (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
      const signal = AbortSignal.any([stopping.signal, cancellationOf(call)]);
      const late = Promise.withResolvers<never>();
      const leftMs = Number(call.getDeadline()) - timing.wallMs() - answerBeforeMs;
      const giveUp = () => late.reject(new LateError(handlers.trouble()));
      const notLate = timing.after(Math.max(0, leftMs), giveUp);
      const looking = patienceSeconds === undefined ? undefined : whenCutOff(patienceSeconds, giveUp);
      Promise.race([handle(call.request, signal, callerIn(call.metadata)), late.promise])
        .finally(() => {
          notLate();
          looking?.[Symbol.dispose]();
        })
        .then(
          (response) => reply(null, response),
          (error: unknown) => reply(grpcErrorOf(stopping.signal.aborted ? new StoppingError() : error, logger)),
        );
    };
  const streamed =
    <Request, Response>(handle: (request: Request, signal: AbortSignal) => AsyncIterable<Response>) =>
    (call: ServerWritableStream<Request, Response>): void => {
      const cancelled = cancellationOf(call);
      const signal = AbortSignal.any([stopping.signal, cancelled]);
      const send = async (): Promise<void> => {
        await sendAll(call, handle(call.request, signal), signal);
        // The source may then end early without an error; the reader must not take that for the end of the data.
        if (stopping.signal.aborted) throw new StoppingError();
      };
      send().then(
        () => call.end(),
        // Not destroy(): a destroyed call sends no status, and its reader waits for ever. This sends what was written, then the
        // status.
        (error: unknown) => call.emit('error', grpcErrorOf(stopping.signal.aborted ? new StoppingError() : error, logger)),
      );
    };
  const received =
    <Request, Response>(handle: (requests: AsyncIterable<Request>, signal: AbortSignal) => Promise<Response>) =>
    (call: ServerReadableStream<Request, Response>, reply: sendUnaryData<Response>): void => {
      const signal = AbortSignal.any([stopping.signal, cancellationOf(call)]);
      handle(call as AsyncIterable<Request>, signal).then(
        (response) => reply(null, response),
        (error: unknown) => reply(grpcErrorOf(stopping.signal.aborted ? new StoppingError() : error, logger)),
      );
    };
  const implementation: ControlServiceServer = {
    startRun: unary(async (request, _signal, caller) =>
      handlers.startRun((await teams?.forRun(request, caller)) ?? request, caller.name),
    ),
    listRuns: unary((_request, signal) => handlers.listRuns(signal), lookPatienceSeconds),
    findRuns: unary(({ name }) => handlers.findRuns(name), lookPatienceSeconds),
    getRun: unary(({ runId }, signal) => handlers.getRun(runId, signal)),
    cancelRun: unary(({ runId, reason }) => handlers.cancelRun(runId, reason)),
    pauseRun: unary(({ runId, reason }) => handlers.pauseRun(runId, reason)),
    resumeRun: unary(({ runId }) => handlers.resumeRun(runId)),
    setShare: unary(async (request, _signal, caller) => {
      await teams?.checkShare(request, caller);
      return request.sweepId === '' ? handlers.setShare(request) : handlers.setSweepShare(request);
    }),
    setRunLimits: unary(({ runId, limits }) => handlers.setRunLimits(runId, limits)),
    setLabels: unary((request) => handlers.setLabels(request)),
    deleteRuns: unary((request, signal) => handlers.deleteRuns(request, signal)),
    getRound: unary((request, signal) => handlers.getRound(request, signal)),
    getRunBenchmark: unary((request) => handlers.getRunBenchmark(request)),
    watchRun: streamed((request, signal) => handlers.watchRun(request, signal)),
    listMemory: unary(() => handlers.listMemory()),
    listWorkers: unary(() => handlers.listWorkers()),
    diagnose: unary((_request, signal) => handlers.diagnose(signal)),
    getCaller: unary(async (_request, _signal, { name, role }) => ({ name, role })),
    listAudit: unary((request, signal) => handlers.listAudit(request, signal)),
    listDeadLetters: unary(() => handlers.listDeadLetters()),
    retryDeadLetter: unary((request, signal) => handlers.retryDeadLetter(request, signal)),
    dropDeadLetter: unary((request) => handlers.dropDeadLetter(request)),
    backup: streamed((request, signal) => handlers.backup(request, signal)),
    restore: received((requests, signal) => handlers.restore(requests, signal)),
    keepBenchmark: unary((request) => handlers.keepBenchmark(request)),
    startSweep: unary(async (request, _signal, caller) =>
      handlers.startSweep((await teams?.forSweep(request, caller)) ?? request, caller.name),
    ),
    listSweeps: unary((_request, signal) => handlers.listSweeps(signal), lookPatienceSeconds),
    getSweep: unary(({ sweepId }, signal) => handlers.getSweep(sweepId, signal)),
    watchSweep: streamed(({ sweepId }, signal) => handlers.watchSweep(sweepId, signal)),
    pauseSweep: unary(({ sweepId, reason }) => handlers.pauseSweep(sweepId, reason)),
    resumeSweep: unary(({ sweepId }) => handlers.resumeSweep(sweepId)),
    cancelSweep: unary(({ sweepId, reason }) => handlers.cancelSweep(sweepId, reason)),
    forgetMemory: unary(({ runIds }) => handlers.forgetMemory(runIds)),
    getCache: unary(() => handlers.getCache()),
    clearCache: unary(() => handlers.clearCache()),
    listExecutions: streamed((request, signal) => handlers.listExecutions(request, signal)),
  };
  server.addService(ControlServiceService, implementation);
  new HealthImplementation({ '': 'SERVING', 'scale.v1.ControlService': 'SERVING' }).addToServer(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, credentials, (cause, bound) => {
      const remedy = 'set SCALE_CONTROL_HOST and SCALE_CONTROL_PORT; port 0 takes any free one';
      if (cause) reject(new ListenError('the ControlService cannot be served', address, remedy, cause));
      else resolve(bound);
    });
  });
  return {
    port,
    stop: async () => {
      stopping.abort();
      const inTime = timing.after(stopGraceMs, () => server.forceShutdown());
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      inTime();
    },
  };
}

async function sendAll<Response>(
  call: ServerWritableStream<unknown, Response>,
  responses: AsyncIterable<Response>,
  signal: AbortSignal,
): Promise<void> {
  for await (const response of responses) {
    // Nothing is read after a cancellation; leaving the loop also ends a source that does not look at its signal.
    if (signal.aborted) return;
    // A slow reader slows down the source, and never fills memory.
    if (!call.write(response)) {
      const goOn = Promise.withResolvers<void>();
      using _aborting = onAbort(signal, goOn.resolve);
      call.once('drain', goOn.resolve);
      await goOn.promise;
      call.off('drain', goOn.resolve);
    }
  }
}

function cancellationOf(call: { on(event: 'cancelled', listener: () => void): unknown }): AbortSignal {
  const controller = new AbortController();
  call.on('cancelled', () => controller.abort());
  return controller.signal;
}

/** Ends the calls in flight when the server stops. */
class StoppingError extends ScaleError {
  readonly kind = 'unreachable';
  constructor() {
    super('the coordinator is stopping');
  }
}

/** Callers that wait for an answer are told why there is none before they give up. */
class LateError extends ScaleError {
  readonly kind = 'unreachable';
  constructor(trouble: string | undefined) {
    super(`the coordinator is up, but ${trouble === undefined ? 'not done yet' : `waiting for the NATS server: ${trouble}`}`);
  }
}

const answerBeforeMs = 1_500;
/** Without NATS: a person who looks is told so then. What goes on by itself waits longer, through a restart of NATS. */
const lookPatienceSeconds = 3;
/** A new object each time: the same error may end several calls. */
function grpcErrorOf(thrown: unknown, logger: Logger): Error & { code: number; details: string; metadata: Metadata } {
  const error = coerceError(thrown);
  const code = grpcStatusOf(error);
  if (worthLogging.has(code)) logger.error({ err: error }, 'a control call failed');
  const metadata = new Metadata();
  metadata.set(answeredBy, 'coordinator');
  return Object.assign(new Error(error.message, { cause: error }), {
    code,
    details: grpcDetails(error.message),
    metadata,
  });
}
