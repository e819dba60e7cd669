import { FailureError } from '../../../domain/failure.ts';
import type { Usage } from '../../../domain/ports.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { Party } from '../../sharing/standing.ts';
import {
  EndpointError,
  type EndpointProblem,
  endpointProblems,
  isFromNobody,
  isOutage,
  isOverload,
  isTransient,
} from '../errors/endpoint-errors.ts';
import type { ModelEndpoint } from '../model-endpoint.ts';
import { endpointName } from '../settings/endpoint-settings.ts';
import { createConcurrencyLimit } from '../slots/concurrency-limit.ts';
import type { SlotLease } from '../slots/slot-lease.ts';
import { watchLoad } from '../slots/watch-load.ts';
import type { CallPace } from './call-pace.ts';
import type { ShownSpeed } from './choose-endpoint.ts';
import {
  type CircuitSettings,
  type CircuitState,
  createCircuitBreaker,
  defaultCircuitSettings,
  gatewayCircuitSettings,
} from './circuit-breaker.ts';

/** refused: this one request, in words; given-up: by the caller, such as a worker that stops. */
export const attemptEnds = ['answered', 'refused', 'given-up', ...endpointProblems] as const;
export type AttemptEnd = (typeof attemptEnds)[number];

/** How an endpoint is doing, for /readyz and the metrics. */
export interface EndpointHealth {
  /** Base URL and, where it is one of several addresses of a name, the address. */
  readonly endpoint: string;
  readonly baseUrl: string;
  readonly state: CircuitState | 'throttled';
  readonly inFlight: number;
  /** Calls that may be in flight now. */
  readonly limit: number;
  /** Calls begun since the start. */
  readonly calls: number;
  readonly failures: Readonly<Partial<Record<EndpointProblem, number>>>;
  /** Attempts that have ended, the failures among them; one that makes up for a failed one counts like any other. */
  readonly ended: Readonly<Record<AttemptEnd, number>>;
  /** Calls among them that followed a failed attempt, here or elsewhere. */
  readonly retries: number;
  /** Replies whose server gave no usage, so that the ledger holds estimates. */
  readonly usageEstimates: number;
  /** Of the last attempt that failed, undefined once one has succeeded. */
  readonly lastError: string | undefined;
}

/** An endpoint with everything that decides whether it gets a call now. */
export interface PoolMember {
  readonly endpoint: ModelEndpoint;
  readonly name: string;
  readonly weight: number;
  readonly inFlight: number;
  readonly shown: ShownSpeed | undefined;
  hasRoom(): boolean;
  /** So many calls wait for room, here or elsewhere, and whose they are. */
  waiting(calls: number, of: ReadonlyMap<Party, number>): void;
  /** The part of a run's share at the endpoint that is this process's. */
  partOf(runId: string): number;
  /**
   * The time from which it may be asked at all, whether or not it has room: -Infinity for any time, Infinity while a probe is
   * finding out.
   */
  readonly freeAtMs: number;
  /** Of the last attempt that failed, undefined once one has succeeded. */
  readonly lastError: EndpointError | undefined;
  /** Calls that it has answered, apart from looks. */
  readonly answered: number;
  /** It is left alone since nothing was there: no server, or none behind the one that answered. */
  isUnreachable(): boolean;
  /** Ends the time for which it is left alone. */
  tryNow(): void;
  /** A call that took so many times longer than usual was answered elsewhere first. */
  lagged(times: number): void;
  /** Sends one call, at once unless it is a look, and learns from how it ends. */
  send<T extends SentReply>(work: (endpoint: ModelEndpoint) => Promise<T>, options: SendOptions): Promise<T>;
  /** No more calls will be sent. */
  leave(): void;
  health(): EndpointHealth;
}

export interface SendOptions {
  /** It finds out how the endpoint is doing, whatever the endpoint's own limit, and waits for a slot of the process. */
  readonly isLook: boolean;
  /** Another attempt at the call has failed. */
  readonly isRetry?: boolean;
  /** Ends the call, since its slot may soon be another process's. */
  cut(): void;
  /** Estimated; for an endpoint with a rate of tokens. */
  readonly promptTokens?: number;
  /** Whose call it is. */
  readonly party?: Party;
}

/** What the pool learns from. */
interface SentReply {
  readonly usageEstimated: boolean;
  readonly latencyMs?: number;
  readonly restMs?: number;
  readonly usage?: Pick<Usage, 'promptTokens' | 'completionTokens'>;
}

export interface PoolMemberOptions {
  /** Default: by whether it is a gateway. */
  readonly circuit?: CircuitSettings | undefined;
  /** What this process may have in flight. Not given: as many as the settings say. */
  readonly slots?: SlotLease | undefined;
  /** There is room again, though none of its own calls has ended. */
  onRoom(): void;
}

const noProblems = Object.fromEntries(endpointProblems.map((problem) => [problem, 0])) as Record<EndpointProblem, number>;

/** What the latest call counts for in what an endpoint has shown. */
const newest = 1 / 16;

/** @param pace that of the model, over all of its endpoints */
export function createPoolMember(
  endpoint: ModelEndpoint,
  timing: Timing,
  pace: CallPace,
  { slots, onRoom, circuit: circuitSettings }: PoolMemberOptions,
): PoolMember {
  const { baseUrl, maxConcurrency, weight = 1, gateway } = endpoint.settings;
  const name = endpointName(endpoint.settings);
  const limit = createConcurrencyLimit(maxConcurrency);
  const circuit = createCircuitBreaker(circuitSettings ?? (gateway ? gatewayCircuitSettings : defaultCircuitSettings));
  const failures: Partial<Record<EndpointProblem, number>> = {};
  let throttledUntilMs = Number.NEGATIVE_INFINITY;
  let calls = 0;
  let answered = 0;
  let usageEstimates = 0;
  let retries = 0;
  const ended = { answered: 0, refused: 0, 'given-up': 0 };
  let lastError: EndpointError | undefined;
  let shown: ShownSpeed | undefined;
  const nowMs = (): number => timing.monotonicMs();
  const forgetRoom = slots?.onRoom(onRoom);
  const watching = endpoint.loadText && watchLoad(endpoint, limit, timing);

  const notePace = ({ latencyMs, usage }: SentReply, inFlight: number): void => {
    if (latencyMs === undefined || usage === undefined) return;
    const slowness = pace.slownessOf(usage.completionTokens, latencyMs);
    pace.note(usage.completionTokens, latencyMs);
    const mix = (before: number | undefined, now: number) => (before === undefined ? now : before + newest * (now - before));
    shown = { slowness: mix(shown?.slowness, slowness), inFlight: mix(shown?.inFlight, inFlight) };
  };
  const lagged = (times: number): void => {
    if (shown !== undefined) shown = { ...shown, slowness: shown.slowness + newest * (times - shown.slowness) };
  };
  const noteFailure = (error: EndpointError, atMs: number) => {
    failures[error.problem] = (failures[error.problem] ?? 0) + 1;
    lastError = error;
    if (error.retryAfterMs !== undefined) throttledUntilMs = Math.max(throttledUntilMs, atMs + error.retryAfterMs);
  };

  return {
    endpoint,
    name,
    get inFlight() {
      return limit.inFlight;
    },
    weight,
    get shown() {
      return shown;
    },
    hasRoom: () => limit.hasRoom() && (slots === undefined || slots.hasRoom()),
    waiting: (calls, of) => slots?.waiting(limit, calls, of),
    partOf: (runId) => slots?.partOf(runId) ?? 1,
    leave: () => {
      forgetRoom?.();
      watching?.[Symbol.dispose]();
      slots?.waiting(limit, 0);
    },
    isUnreachable: () => circuit.stateAt(nowMs()) === 'open' && lastError?.problem === 'unavailable' && isFromNobody(lastError),
    tryNow: circuit.tryNow,
    lagged,
    get freeAtMs() {
      return Math.max(throttledUntilMs, circuit.freeAtMs);
    },
    get lastError() {
      return lastError;
    },
    get answered() {
      return answered;
    },
    send: async (work, { isLook, isRetry = false, cut, promptTokens, party }) => {
      // No await where there is no look: another call would be given the same slot.
      const slot = isLook ? await slots?.beginSoon(cut) : slots?.begin(cut, promptTokens, party);
      const place = limit.begin();
      const call = circuit.begin(limit.inFlight);
      const besides = limit.inFlight;
      let isOver = false;
      let tokens: number | undefined;
      calls += 1;
      if (isRetry) retries += 1;
      try {
        const reply = await work(endpoint);
        isOver = true;
        ended.answered += 1;
        tokens = reply.usage && reply.usage.promptTokens + reply.usage.completionTokens;
        if (reply.usageEstimated) usageEstimates += 1;
        lastError = undefined;
        if (reply.restMs !== undefined) throttledUntilMs = Math.max(throttledUntilMs, nowMs() + reply.restMs);
        if (!isLook) {
          answered += 1;
          notePace(reply, besides);
        }
        place.succeeded();
        call.succeeded();
        return reply;
      } catch (error) {
        // Anything other than these two is the caller's doing, such as hanging up.
        const known = error instanceof EndpointError ? error : undefined;
        const endedMs = nowMs();
        isOver = error instanceof FailureError || known?.status !== undefined;
        if (known) noteFailure(known, endedMs);
        else ended[error instanceof FailureError ? 'refused' : 'given-up'] += 1;
        if (known && isOverload(known)) place.overloaded();
        else place.released();
        // An endpoint that refuses one request in words is healthy.
        if (error instanceof FailureError) call.succeeded();
        else if (known && isOutage(known)) call.failed(endedMs, !isTransient(known));
        else call.released();
        throw error;
      } finally {
        if (isOver) slot?.ended(tokens);
        else slot?.hungUp();
      }
    },
    health: () => {
      const now = nowMs();
      const state = circuit.stateAt(now);
      return {
        endpoint: name,
        baseUrl,
        state: state === 'closed' && throttledUntilMs > now ? 'throttled' : state,
        inFlight: limit.inFlight,
        limit: Math.min(limit.limit, slots?.slots ?? limit.limit),
        calls,
        failures: { ...failures },
        ended: { ...noProblems, ...failures, ...ended },
        retries,
        usageEstimates,
        lastError: lastError?.message,
      };
    },
  };
}
