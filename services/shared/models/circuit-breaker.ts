/** Leaves an endpoint alone that fails again and again, and then tries it with a single call. */
export interface CircuitBreaker {
  readonly state: CircuitState;
  /** Until a call may be sent: 0 if now, Infinity while a probe is under way. */
  waitMs(): number;
  /** To be called when a call is sent; while half-open, that call is the probe. */
  begin(): CircuitCall;
}

export interface CircuitCall {
  succeeded(): void;
  failed(): void;
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

export function createCircuitBreaker(nowMs: () => number, settings: CircuitSettings = defaultCircuitSettings): CircuitBreaker {
  let consecutive = 0;
  let openings = 0;
  let openUntilMs = 0;
  let probing = false;

  const stateNow = (): CircuitState => {
    if (openings === 0) return 'closed';
    return nowMs() < openUntilMs ? 'open' : 'half-open';
  };
  const open = () => {
    openUntilMs = nowMs() + Math.min(settings.maxOpenMs, settings.openMs * 2 ** openings);
    openings += 1;
  };
  const ordinaryCall: CircuitCall = {
    succeeded: () => {
      consecutive = 0;
    },
    failed: () => {
      consecutive += 1;
      if (openings === 0 && consecutive >= settings.failures) open();
    },
    released: () => {},
  };
  const endProbe = (outcome: () => void) => () => {
    probing = false;
    outcome();
  };
  const close = () => {
    consecutive = 0;
    openings = 0;
  };
  const probe: CircuitCall = { succeeded: endProbe(close), failed: endProbe(open), released: endProbe(() => {}) };

  return {
    get state() {
      return stateNow();
    },
    waitMs: () => {
      if (stateNow() === 'open') return openUntilMs - nowMs();
      return probing ? Number.POSITIVE_INFINITY : 0;
    },
    begin: () => {
      // Calls that were in flight when it opened end later; only the probe decides whether it closes.
      if (stateNow() === 'closed') return ordinaryCall;
      probing = true;
      return probe;
    },
  };
}
