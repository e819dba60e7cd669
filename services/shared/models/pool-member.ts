import { FailureError } from '../../domain/failure.ts';
import { type CircuitSettings, type CircuitState, createCircuitBreaker } from './circuit-breaker.ts';
import { createConcurrencyLimit } from './concurrency-limit.ts';
import { EndpointError, type EndpointProblem, isOutage, isOverload } from './endpoint-errors.ts';
import type { ModelEndpoint } from './model-endpoint.ts';

/** How an endpoint is doing, for /readyz and the metrics. */
export interface EndpointHealth {
  readonly endpoint: string;
  readonly state: CircuitState | 'throttled';
  readonly inFlight: number;
  /** Calls that may be in flight now. */
  readonly limit: number;
  /** Calls begun since the start. */
  readonly calls: number;
  readonly failures: Readonly<Partial<Record<EndpointProblem, number>>>;
  /** Replies whose server gave no usage, so that the ledger holds estimates. */
  readonly usageEstimates: number;
  /** Of the last attempt that failed, undefined once one has succeeded. */
  readonly lastError: string | undefined;
}

/** An endpoint with everything that decides whether it gets a call now. */
export interface PoolMember {
  readonly endpoint: ModelEndpoint;
  readonly name: string;
  readonly inFlight: number;
  hasRoom(): boolean;
  /**
   * The time from which it may be asked at all, whether or not it has room: -Infinity for any time, Infinity while a probe is
   * finding out.
   */
  readonly freeAtMs: number;
  /** Of the last attempt that failed, undefined once one has succeeded. */
  readonly lastError: EndpointError | undefined;
  /** Calls that it has answered, apart from looks. */
  readonly answered: number;
  /** Sends one call, and learns from how it ends. */
  send<T extends { readonly usageEstimated: boolean }>(
    work: (endpoint: ModelEndpoint) => Promise<T>,
    options?: { readonly isLook: boolean },
  ): Promise<T>;
  health(): EndpointHealth;
}

export function createPoolMember(endpoint: ModelEndpoint, nowMs: () => number, circuitSettings?: CircuitSettings): PoolMember {
  const { baseUrl, maxConcurrency } = endpoint.settings;
  const limit = createConcurrencyLimit(maxConcurrency);
  const circuit = createCircuitBreaker(circuitSettings);
  const failures: Partial<Record<EndpointProblem, number>> = {};
  let throttledUntilMs = Number.NEGATIVE_INFINITY;
  let calls = 0;
  let answered = 0;
  let usageEstimates = 0;
  let lastError: EndpointError | undefined;

  const noteFailure = (error: EndpointError, atMs: number) => {
    failures[error.problem] = (failures[error.problem] ?? 0) + 1;
    lastError = error;
    if (error.retryAfterMs !== undefined) throttledUntilMs = Math.max(throttledUntilMs, atMs + error.retryAfterMs);
  };

  return {
    endpoint,
    name: baseUrl,
    get inFlight() {
      return limit.inFlight;
    },
    hasRoom: limit.hasRoom,
    get freeAtMs() {
      return Math.max(throttledUntilMs, circuit.freeAtMs);
    },
    get lastError() {
      return lastError;
    },
    get answered() {
      return answered;
    },
    send: async (work, { isLook } = { isLook: false }) => {
      const place = limit.begin();
      const call = circuit.begin();
      calls += 1;
      try {
        const reply = await work(endpoint);
        if (reply.usageEstimated) usageEstimates += 1;
        lastError = undefined;
        if (!isLook) answered += 1;
        place.succeeded();
        call.succeeded();
        return reply;
      } catch (error) {
        // Anything other than these two is the caller's doing, such as hanging up.
        const known = error instanceof EndpointError ? error : undefined;
        const endedMs = nowMs();
        if (known) noteFailure(known, endedMs);
        if (known && isOverload(known)) place.overloaded();
        else place.released();
        // An endpoint that refuses one request in words is healthy.
        if (error instanceof FailureError) call.succeeded();
        else if (known && isOutage(known)) call.failed(endedMs);
        else call.released();
        throw error;
      }
    },
    health: () => {
      const now = nowMs();
      const state = circuit.stateAt(now);
      return {
        endpoint: baseUrl,
        state: state === 'closed' && throttledUntilMs > now ? 'throttled' : state,
        inFlight: limit.inFlight,
        limit: limit.limit,
        calls,
        failures: { ...failures },
        usageEstimates,
        lastError: lastError?.message,
      };
    },
  };
}
