import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { type ControlServiceServer, ControlServiceService } from '../shared/contracts/generated/scale/v1/control.ts';
import { coerceError } from '../shared/lifecycle/coerce-error.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import { ControlError, type ControlHandlers } from './control-handlers.ts';

export interface ControlServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** A benchmark travels in StartRun; HotpotQA's test split is about 10 MB. */
const maxMessageBytes = 128 * 1024 * 1024;
const stopGraceMs = 2000;
const codes = {
  'not-found': status.NOT_FOUND,
  'invalid-argument': status.INVALID_ARGUMENT,
  'failed-precondition': status.FAILED_PRECONDITION,
} as const;

/** Serves ControlService and grpc.health.v1 on `address`, e.g. "127.0.0.1:0". */
export async function startControlServer(address: string, handlers: ControlHandlers, logger: Logger): Promise<ControlServer> {
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_permit_without_calls': 1,
  });
  const stopping = new AbortController();
  const unary =
    <Request, Response>(handle: (request: Request, signal: AbortSignal) => Promise<Response>) =>
    (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
      const signal = AbortSignal.any([stopping.signal, cancellationOf(call)]);
      handle(call.request, signal).then(
        (response) => reply(null, response),
        (error: unknown) => reply(grpcErrorOf(error, logger)),
      );
    };
  const streamed =
    <Request, Response>(handle: (request: Request, signal: AbortSignal) => AsyncIterable<Response>) =>
    (call: ServerWritableStream<Request, Response>): void => {
      const signal = AbortSignal.any([stopping.signal, cancellationOf(call)]);
      sendAll(call, handle(call.request, signal), signal).catch((error: unknown) => {
        if (!signal.aborted) call.destroy(grpcErrorOf(error, logger));
        else call.end();
      });
    };
  const implementation: ControlServiceServer = {
    startRun: unary((request) => handlers.startRun(request)),
    listRuns: unary((_request, signal) => handlers.listRuns(signal)),
    getRun: unary(({ runId }, signal) => handlers.getRun(runId, signal)),
    cancelRun: unary(({ runId, reason }) => handlers.cancelRun(runId, reason)),
    pauseRun: unary(({ runId, reason }) => handlers.pauseRun(runId, reason)),
    resumeRun: unary(({ runId }) => handlers.resumeRun(runId)),
    getRunBenchmark: unary(({ runId }) => handlers.getRunBenchmark(runId)),
    watchRun: streamed((request, signal) => handlers.watchRun(request, signal)),
    listMemory: unary(() => handlers.listMemory()),
    forgetMemory: unary(({ runIds }) => handlers.forgetMemory(runIds)),
    listExecutions: streamed((request, signal) => handlers.listExecutions(request, signal)),
  };
  server.addService(ControlServiceService, implementation);
  new HealthImplementation({ '': 'SERVING', 'scale.v1.ControlService': 'SERVING' }).addToServer(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return {
    port,
    stop: async () => {
      stopping.abort();
      const forced = setTimeout(() => server.forceShutdown(), stopGraceMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(forced);
    },
  };
}

async function sendAll<Response>(
  call: ServerWritableStream<unknown, Response>,
  responses: AsyncIterable<Response>,
  signal: AbortSignal,
): Promise<void> {
  for await (const response of responses) {
    // A slow reader slows the reading of what is sent, and never fills memory.
    if (!call.write(response)) {
      await new Promise<void>((resolve) => {
        call.once('drain', resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
  call.end();
}

function cancellationOf(call: { on(event: 'cancelled', listener: () => void): unknown }): AbortSignal {
  const controller = new AbortController();
  call.on('cancelled', () => controller.abort());
  return controller.signal;
}

function grpcErrorOf(thrown: unknown, logger: Logger): Error & { code: number; details: string } {
  const error = coerceError(thrown);
  const code = error instanceof ControlError ? codes[error.code] : status.INTERNAL;
  if (code === status.INTERNAL) logger.error({ err: error }, 'a control call failed');
  return Object.assign(error, { code, details: error.message });
}
