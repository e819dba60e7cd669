import { FailureError } from '../../domain/failure.ts';
import { type CircuitSettings, type CircuitState, createCircuitBreaker } from './circuit-breaker.ts';
import { createConcurrencyLimit } from './concurrency-limit.ts';
import { EndpointError, type EndpointErrorKind, isOutage, isOverload } from './endpoint-errors.ts';
import type { ModelEndpoint } from './model-endpoint.ts';

/** How an endpoint does, for /readyz and the metrics. */
export interface EndpointHealth {
  readonly endpoint: string;
  readonly state: CircuitState | 'throttled';
  readonly inFlight: number;
  /** Calls that may be in flight now. */
  readonly limit: number;
  /** Since the start. */
  readonly calls: number;
  readonly failures: Readonly<Partial<Record<EndpointErrorKind, number>>>;
  /** Replies whose server gave no usage, so that the ledger holds estimates. */
  readonly usageEstimates: number;
  /** Of the last attempt that failed, undefined once one has succeeded. */
  readonly lastError: string | undefined;
}

/** An endpoint with all that decides whether it gets a call now. */
export interface PoolMember {
  readonly endpoint: ModelEndpoint;
  readonly name: string;
  readonly inFlight: number;
  hasRoom(): boolean;
  /** Until it may be asked at all, room or not: 0 if now, Infinity while that is being found out. */
  waitMs(): number;
  /** Sends one call, and learns from how it ends. */
  send<T extends { readonly usageEstimated: boolean }>(work: (endpoint: ModelEndpoint) => Promise<T>): Promise<T>;
  health(): EndpointHealth;
}

export function createPoolMember(endpoint: ModelEndpoint, nowMs: () => number, circuitSettings?: CircuitSettings): PoolMember {
  const { baseUrl, maxConcurrency } = endpoint.settings;
  const limit = createConcurrencyLimit(maxConcurrency);
  const circuit = createCircuitBreaker(nowMs, circuitSettings);
  const failures: Partial<Record<EndpointErrorKind, number>> = {};
  let throttledUntilMs = 0;
  let calls = 0;
  let usageEstimates = 0;
  let lastError: string | undefined;

  const noteFailure = (error: EndpointError) => {
    failures[error.kind] = (failures[error.kind] ?? 0) + 1;
    lastError = error.message;
    if (error.retryAfterMs !== undefined) throttledUntilMs = Math.max(throttledUntilMs, nowMs() + error.retryAfterMs);
  };

  return {
    endpoint,
    name: baseUrl,
    get inFlight() {
      return limit.inFlight;
    },
    hasRoom: limit.hasRoom,
    waitMs: () => Math.max(0, throttledUntilMs - nowMs(), circuit.waitMs()),
    send: async (work) => {
      const place = limit.begin();
      const call = circuit.begin();
      calls += 1;
      try {
        const reply = await work(endpoint);
        if (reply.usageEstimated) usageEstimates += 1;
        lastError = undefined;
        place.succeeded();
        call.succeeded();
        return reply;
      } catch (error) {
        // Anything else than these two is the caller's doing, as when it has hung up.
        const known = error instanceof EndpointError ? error : undefined;
        if (known) noteFailure(known);
        if (known && isOverload(known)) place.overloaded();
        else place.released();
        // An endpoint that refuses one request in words is healthy.
        if (error instanceof FailureError) call.succeeded();
        else if (known && isOutage(known)) call.failed();
        else call.released();
        throw error;
      }
    },
    health: () => ({
      endpoint: baseUrl,
      state: circuit.state === 'closed' && throttledUntilMs > nowMs() ? 'throttled' : circuit.state,
      inFlight: limit.inFlight,
      limit: limit.limit,
      calls,
      failures: { ...failures },
      usageEstimates,
      lastError,
    }),
  };
}
