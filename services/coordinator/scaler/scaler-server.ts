import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import {
  type ExternalScalerServer,
  ExternalScalerService,
  type ScaledObjectRef,
} from '../../shared/contracts/generated/externalscaler/externalscaler.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { grpcDetails } from '../../shared/errors/grpc-details.ts';
import { grpcStatusOf } from '../../shared/errors/grpc-status.ts';
import { ListenError } from '../../shared/errors/listen-error.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import type { ScalerHandlers } from './scaler-handlers.ts';

export interface ScalerServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface ScalerServerSettings {
  /** E.g. "127.0.0.1:0". */
  readonly address: string;
  readonly credentials?: ServerCredentials;
}

/** A trigger's metadata: nothing that KEDA asks is longer. */
const maxRequestBytes = 64 * 1024;
const stopGraceMs = 2_000;

/** Serves KEDA's ExternalScaler, which changes nothing and tells numbers of replicas only, and grpc.health.v1. */
export async function startScalerServer(
  { address, credentials = ServerCredentials.createInsecure() }: ScalerServerSettings,
  handlers: ScalerHandlers,
  logger: Logger,
  timing: Timing,
): Promise<ScalerServer> {
  const server = new Server({
    'grpc.max_receive_message_length': maxRequestBytes,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_permit_without_calls': 1,
  });
  const stopping = new AbortController();
  const signalOf = (call: { on(event: 'cancelled', listener: () => void): unknown }): AbortSignal => {
    const cancelled = new AbortController();
    call.on('cancelled', () => cancelled.abort());
    return AbortSignal.any([stopping.signal, cancelled.signal]);
  };
  const unary =
    <Request, Response>(handle: (request: Request, signal: AbortSignal) => Promise<Response>) =>
    (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
      handle(call.request, signalOf(call)).then(
        (response) => reply(null, response),
        (error: unknown) => reply(answerTo(error, logger)),
      );
    };
  const implementation: ExternalScalerServer = {
    isActive: unary(async (asked, signal) => ({ result: await handlers.isActive(asked, signal) })),
    streamIsActive: (call: ServerWritableStream<ScaledObjectRef, { result: boolean }>): void => {
      const send = async (): Promise<void> => {
        // At most a few bytes at each beginning and end of a sweep: no reader is too slow for that.
        for await (const result of handlers.activity(call.request, signalOf(call))) call.write({ result });
      };
      send().then(
        // Also when this coordinator stops: after any error KEDA waits for up to a minute before it asks again.
        () => call.end(),
        (error: unknown) => (stopping.signal.aborted ? call.end() : call.emit('error', answerTo(error, logger))),
      );
    },
    getMetricSpec: unary(async (asked) => handlers.metricSpec(asked)),
    getMetrics: unary(async ({ scaledObjectRef, metricName }, signal) => {
      if (scaledObjectRef === undefined) throw new RequestRefusedError('bad-input', 'GetMetrics needs scaled_object_ref');
      return await handlers.metrics(scaledObjectRef, metricName, signal);
    }),
  };
  server.addService(ExternalScalerService, implementation);
  new HealthImplementation({ '': 'SERVING', 'externalscaler.ExternalScaler': 'SERVING' }).addToServer(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, credentials, (cause, bound) => {
      const remedy = 'set SCALE_SCALER_HOST and SCALE_SCALER_PORT; port 0 takes any free one';
      if (cause) reject(new ListenError('the external scaler cannot be served', address, remedy, cause));
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

/** KEDA leaves the replicas as they are, and shows the sentence to whoever looks. */
function answerTo(thrown: unknown, logger: Logger): Error & { code: status; details: string } {
  const error = coerceError(thrown);
  const code = grpcStatusOf(error);
  if (code !== status.CANCELLED) logger.warn({ err: error }, 'the scaler could not be answered; its replicas stay as they are');
  return Object.assign(new Error(error.message, { cause: error }), { code, details: grpcDetails(error.message) });
}
