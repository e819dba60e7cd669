import {
  type CallOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  connectivityState,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { RestoreRequest, RestoreResponse } from '../contracts/generated/scale/v1/control.ts';
import { onAbort, pause } from '../lifecycle/abort.ts';
import { systemTiming, type Timing } from '../lifecycle/timing.ts';
import { type ClientTls, channelTo } from './channel.ts';
import { ControlError, controlErrorFrom, givenUp, retryAfterMs } from './control-error.ts';
import { ControlServiceClient } from './control-service-client.ts';

export interface ControlClientSettings {
  /** The token, if the coordinator requires one. */
  readonly token?: string | undefined;
  /** Undefined: without TLS. */
  readonly tls?: ClientTls | undefined;
  /** Time limit of one call that is not a stream; StartRun, which carries a whole benchmark, has four times as much. */
  readonly deadlineMs?: number;
  readonly timing?: Timing;
}

const defaultDeadlineMs = 15_000;
/** Of one message: what a coordinator may be set to at most. */
const messageLimitBytes = 1024 * 1024 * 1024;

type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  answer: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

export interface ControlCalls {
  readonly client: ControlServiceClient;
  /** With the token. */
  readonly metadata: Metadata;
  /** Of a call that is not a stream. */
  readonly deadlineMs: number;
  /** @param limitMs default: deadlineMs */
  ask<Request, Response>(
    call: string,
    method: UnaryMethod<Request, Response>,
    request: Request,
    signal: AbortSignal,
    limitMs?: number,
  ): Promise<Response>;
  /** Ends silently when its signal aborts. */
  stream<Response>(call: string, send: () => ClientReadableStream<Response>, signal: AbortSignal): AsyncGenerator<Response>;
  /** Whoever refuses what comes does not read on: its answer ends the sending. */
  give(call: string, requests: AsyncIterable<RestoreRequest>, signal: AbortSignal): Promise<RestoreResponse>;
}

/**
 * How calls are made over one connection: with a deadline or a signal, with the token, and again where they only came too soon.
 * @param address host:port; the first call makes the connection
 */
export function openControlCalls(address: string, settings: ControlClientSettings): ControlCalls {
  const { deadlineMs = defaultDeadlineMs, timing = systemTiming } = settings;
  const { channel, options } = channelTo(address, settings.tls);
  const client = new ControlServiceClient(address, channel, {
    ...options,
    'grpc.max_receive_message_length': messageLimitBytes,
    'grpc.max_send_message_length': messageLimitBytes,
    // A watched run may be silent for minutes; without pings a dead peer would go unnoticed.
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 2_000,
  });

  const metadata = new Metadata();
  if (settings.token !== undefined) metadata.set('authorization', `Bearer ${settings.token}`);

  const askOnce = <Request, Response>(
    call: string,
    method: UnaryMethod<Request, Response>,
    request: Request,
    signal: AbortSignal,
    deadline: number,
  ): Promise<Response> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(givenUp(call, address, signal));
        return;
      }
      const sent = method.call(client, request, metadata, { deadline }, (error, response) => {
        abandoning[Symbol.dispose]();
        if (error === null) resolve(response);
        else
          reject(
            signal.aborted && error.code === status.CANCELLED
              ? givenUp(call, address, signal)
              : controlErrorFrom(call, address, error),
          );
      });
      const abandoning = onAbort(signal, () => sent.cancel());
    });

  /** Waits, if the coordinator has only said that the call came too soon after others. @returns false for any other error */
  const hasWaited = async (error: unknown, until: number, signal: AbortSignal): Promise<boolean> => {
    const waitMs = error instanceof ControlError ? retryAfterMs(error.cause) : undefined;
    if (waitMs === undefined || timing.wallMs() + waitMs >= until || signal.aborted) return false;
    await pause(timing, waitMs, signal);
    return true;
  };

  const ask = async <Request, Response>(
    call: string,
    method: UnaryMethod<Request, Response>,
    request: Request,
    signal: AbortSignal,
    limitMs = deadlineMs,
  ): Promise<Response> => {
    const deadline = timing.wallMs() + limitMs;
    for (;;) {
      try {
        return await askOnce(call, method, request, signal, deadline);
      } catch (error) {
        if (!(await hasWaited(error, deadline, signal))) throw error;
      }
    }
  };

  async function* stream<Response>(
    call: string,
    send: () => ClientReadableStream<Response>,
    signal: AbortSignal,
  ): AsyncGenerator<Response> {
    const deadline = timing.wallMs() + deadlineMs;
    for (;;) {
      try {
        return yield* streamOnce(call, send, signal);
      } catch (error) {
        // Such a stream has brought nothing yet.
        if (!(await hasWaited(error, deadline, signal))) throw error;
      }
    }
  }

  /**
   * A stream may be silent, so it has no deadline. But if the peer accepts a connection and then says nothing, grpc-js 1.14.7
   * waits for ever, and its keepalive begins only after that (grpc-node#2785).
   */
  const unlessConnected = (call: string, cancel: () => void) => {
    let isUnanswered = false;
    const answered = timing.after(deadlineMs, () => {
      isUnanswered = client.getChannel().getConnectivityState(false) === connectivityState.CONNECTING;
      if (isUnanswered) cancel();
    });
    const unanswered = `the coordinator at ${address} does not answer (no connection within ${deadlineMs / 1000} s)`;
    return {
      [Symbol.dispose]: answered,
      errorOf: (cause: unknown): ControlError =>
        isUnanswered
          ? new ControlError(call, address, 'unreachable', unanswered, { cause })
          : controlErrorFrom(call, address, cause),
    };
  };

  async function* streamOnce<Response>(
    call: string,
    send: () => ClientReadableStream<Response>,
    signal: AbortSignal,
  ): AsyncGenerator<Response> {
    if (signal.aborted) return;
    const responses = send();
    using _abandoning = onAbort(signal, () => responses.cancel());
    using silence = unlessConnected(call, () => responses.cancel());
    try {
      for await (const response of responses as AsyncIterable<Response>) yield response;
    } catch (error) {
      if (signal.aborted) return;
      throw silence.errorOf(error);
    } finally {
      responses.cancel();
    }
  }

  const give = async (call: string, requests: AsyncIterable<RestoreRequest>, signal: AbortSignal): Promise<RestoreResponse> => {
    signal.throwIfAborted();
    const answered = Promise.withResolvers<RestoreResponse>();
    const over = new AbortController();
    const sent = client.restore(metadata, (error, response) => {
      over.abort();
      if (error === null) answered.resolve(response);
      else answered.reject(signal.aborted ? givenUp(call, address, signal) : silence.errorOf(error));
    });
    using silence = unlessConnected(call, () => sent.cancel());
    using _abandoning = onAbort(signal, () => sent.cancel());
    const send = async (): Promise<void> => {
      for await (const request of requests) {
        if (over.signal.aborted) return;
        if (sent.write(request)) continue;
        const goOn = Promise.withResolvers<void>();
        using _ending = onAbort(over.signal, goOn.resolve);
        sent.once('drain', goOn.resolve);
        await goOn.promise;
      }
      sent.end();
    };
    // What could not be read here.
    const sending = send().catch((error: unknown) => {
      answered.reject(error);
      sent.cancel();
    });
    try {
      return await answered.promise;
    } finally {
      await sending;
    }
  };

  return { client, metadata, deadlineMs, ask, stream, give };
}
