import { createBackoff } from '../lifecycle/backoff.ts';

/**
 * Leaves an endpoint alone that fails again and again, and then tries it with a single call. It has no clock of its own: whoever
 * asks it reads the time once for all that hangs together, since between two readings a limit may pass unnoticed.
 */
export interface CircuitBreaker {
  stateAt(nowMs: number): CircuitState;
  /** From when on a call may be sent: -Infinity if at any time, Infinity while a probe is under way, whose end changes it. */
  readonly freeAtMs: number;
  /** To be called when a call is sent; unless it is closed, that call is the probe. */
  begin(): CircuitCall;
}

export interface CircuitCall {
  succeeded(): void;
  failed(nowMs: number): void;
  /** It ended without a word on the endpoint's health. */
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

export function createCircuitBreaker(settings: CircuitSettings = defaultCircuitSettings): CircuitBreaker {
  let consecutive = 0;
  let isClosed = true;
  const pauses = createBackoff({ firstMs: settings.openMs, capMs: settings.maxOpenMs });
  let openUntilMs = Number.NEGATIVE_INFINITY;
  let probing = false;

  const open = (nowMs: number) => {
    openUntilMs = nowMs + pauses.next();
    isClosed = false;
  };
  const ordinaryCall: CircuitCall = {
    succeeded: () => {
      consecutive = 0;
    },
    failed: (nowMs) => {
      consecutive += 1;
      if (isClosed && consecutive >= settings.failures) open(nowMs);
    },
    released: () => {},
  };
  const probe: CircuitCall = {
    succeeded: () => {
      probing = false;
      consecutive = 0;
      isClosed = true;
      pauses.reset();
      openUntilMs = Number.NEGATIVE_INFINITY;
    },
    failed: (nowMs) => {
      probing = false;
      open(nowMs);
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
    begin: () => {
      // Calls that were in flight when it opened end later; only the probe decides whether it closes.
      if (isClosed) return ordinaryCall;
      probing = true;
      return probe;
    },
  };
}
