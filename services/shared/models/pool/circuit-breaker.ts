import { createBackoff } from '../../lifecycle/backoff.ts';

/**
 * Leaves alone an endpoint that fails again and again, and later tries it with a single call. It has no clock of its own: the
 * caller reads the time once for everything that belongs together, since a limit may pass unnoticed between two readings.
 */
export interface CircuitBreaker {
  stateAt(nowMs: number): CircuitState;
  /**
   * The time from which a call may be sent: -Infinity for any time, Infinity while a probe is in flight, whose end changes it.
   */
  readonly freeAtMs: number;
  /**
   * To be called when a call is sent; unless it is closed, that call is the probe.
   * @param inFlight calls in flight with it: of many, more must fail before that is no accident
   */
  begin(inFlight?: number): CircuitCall;
  /** There is reason to believe that a probe would succeed. */
  tryNow(): void;
}

export interface CircuitCall {
  succeeded(): void;
  /** @param refused only a person can mend why the server refuses: once that is done, no long pause stands between */
  failed(nowMs: number, refused?: boolean): void;
  /** It ended without saying anything about the endpoint's health. */
  released(): void;
}

export type CircuitState = 'closed' | 'open' | 'half-open';

export interface CircuitSettings {
  /** Consecutive failures that open it. */
  readonly failures: number;
  /** The first time; it doubles with each probe that fails. */
  readonly openMs: number;
  readonly maxOpenMs: number;
}

export const defaultCircuitSettings: CircuitSettings = { failures: 5, openMs: 10_000, maxOpenMs: 120_000 };

/** Of a gateway: as long as some of its servers answer, the failures of another are no reason to leave them all alone. */
export const gatewayCircuitSettings: CircuitSettings = { failures: 20, openMs: 2_000, maxOpenMs: 30_000 };

/** Of the calls in flight. Five failures in a row happen once in 100,000 calls where a tenth of them fails by chance. */
const failingShare = 0.2;

export function createCircuitBreaker(settings: CircuitSettings = defaultCircuitSettings): CircuitBreaker {
  let consecutive = 0;
  let isClosed = true;
  const pauses = createBackoff({ firstMs: settings.openMs, capMs: settings.maxOpenMs });
  let openUntilMs = Number.NEGATIVE_INFINITY;
  let probing = false;

  const open = (nowMs: number, refused: boolean) => {
    if (refused) pauses.reset();
    openUntilMs = nowMs + pauses.next();
    isClosed = false;
  };
  const ordinaryCall = (inFlight: number): CircuitCall => ({
    succeeded: () => {
      consecutive = 0;
    },
    failed: (nowMs, refused = false) => {
      consecutive += 1;
      if (isClosed && consecutive >= Math.max(settings.failures, failingShare * inFlight)) open(nowMs, refused);
    },
    released: () => {},
  });
  const probe: CircuitCall = {
    succeeded: () => {
      probing = false;
      consecutive = 0;
      isClosed = true;
      pauses.reset();
      openUntilMs = Number.NEGATIVE_INFINITY;
    },
    failed: (nowMs, refused = false) => {
      probing = false;
      open(nowMs, refused);
    },
    released: () => {
      probing = false;
    },
  };

  return {
    stateAt: (nowMs) => {
      if (isClosed) return 'closed';
      return nowMs < openUntilMs ? 'open' : 'half-open';
    },
    get freeAtMs() {
      return probing ? Number.POSITIVE_INFINITY : openUntilMs;
    },
    begin: (inFlight = 1) => {
      // Calls that were in flight when it opened may end later; only the probe decides whether it closes.
      if (isClosed) return ordinaryCall(inFlight);
      probing = true;
      return probe;
    },
    tryNow: () => {
      openUntilMs = Number.NEGATIVE_INFINITY;
    },
  };
}
