/** How many calls may be in flight at an endpoint, found by trial: additive increase, multiplicative decrease. */
export interface ConcurrencyLimit {
  readonly limit: number;
  readonly inFlight: number;
  hasRoom(): boolean;
  /** Takes a place, whether there is room or not. */
  begin(): ConcurrencyPlace;
}

export interface ConcurrencyPlace {
  succeeded(): void;
  /** The endpoint is overloaded. */
  overloaded(): void;
  /** It ended in a way that says nothing about the load. */
  released(): void;
}

const decrease = 0.7;

/**
 * Up by one after as many successes as the limit is, down to 0.7 of it at a sign of overload, in [1, max]. Calls that were in
 * flight together bear one sign together: only a call begun after the last cut can cut again.
 */
export function createConcurrencyLimit(max: number): ConcurrencyLimit {
  let limit = max;
  let inFlight = 0;
  let successes = 0;
  let begun = 0;
  let lastOfOldLimit = 0;

  const succeed = () => {
    // Without this, a time of little work would raise the limit to where no one has tried it.
    if (inFlight + 1 < Math.floor(limit / 2)) return;
    successes += 1;
    if (successes < limit) return;
    successes = 0;
    limit = Math.min(max, limit + 1);
  };
  const cut = (place: number) => {
    if (place <= lastOfOldLimit) return;
    lastOfOldLimit = begun;
    successes = 0;
    limit = Math.max(1, Math.floor(limit * decrease));
  };

  return {
    get limit() {
      return limit;
    },
    get inFlight() {
      return inFlight;
    },
    hasRoom: () => inFlight < limit,
    begin: () => {
      begun += 1;
      inFlight += 1;
      const place = begun;
      const end = (sign: () => void) => () => {
        inFlight -= 1;
        sign();
      };
      return { succeeded: end(succeed), overloaded: end(() => cut(place)), released: end(() => {}) };
    },
  };
}
