/** How many calls may be in flight at an endpoint, learned from what it refuses and at which load. */
export interface ConcurrencyLimit {
  readonly limit: number;
  readonly inFlight: number;
  hasRoom(): boolean;
  /** Takes a slot, whether there is room or not. */
  begin(): ConcurrencyPlace;
  /**
   * The endpoint has shown what it can bear: until `leave`, successes do not raise the limit. In [1, max]. Where calls were
   * refused for the load, it can only be lowered so.
   */
  steerTo(limit: number): void;
  /** The endpoint shows nothing any more. */
  leave(): void;
}

export interface ConcurrencyPlace {
  succeeded(): void;
  /** The endpoint is overloaded. */
  overloaded(): void;
  /** It ended in a way that says nothing about the load. */
  released(): void;
}

interface Ended {
  /** Calls in flight when it began, including itself. */
  readonly load: number;
  readonly refused: boolean;
}

/** A call that was accepted counts against a bound below its load as much as this many refusals count for one. */
const weightOfTaken = 1;
/** Refusals needed beyond those that calls accepted at the same load outweigh. */
const needed = 5;
/** With this many, the limit drops at once to the load that was accepted; with fewer, in steps. */
const certain = 8;
/** A larger share of refused calls than this, at any load, is no accident. */
const alarmingShare = 0.3;
const fewestForAlarm = 20;
const leastByAlarm = 0.25;
const decrease = 0.7;
/** After a refused attempt, the next one waits for `factor` times as many successes, up to `most` times. */
const patience = { factor: 2, most: 16 };

/**
 * An endpoint that accepts n calls at once refuses those that begin when n are in flight, and no others; one that refuses now and
 * then does so at any load. So a refusal cuts the limit only where most of the calls that began at that load or above it were
 * refused, and then to the highest load that was accepted; many refusals at all loads cut it to 0.7. It rises by one after as
 * many successes as the limit, and ever more slowly where that was refused before. In [1, max]. Calls that were in flight
 * together count as one sign: only what began after the last cut counts.
 */
export function createConcurrencyLimit(max: number): ConcurrencyLimit {
  let limit = max;
  let begun = 0;
  let lastOfOldLimit = 0;
  let lastRefused = 0;
  let successes = 0;
  let probeAfter = 1;
  /** The lowest load found to be refused, as of the last such finding. */
  let refusedFrom = Number.POSITIVE_INFINITY;
  let isSteered = false;
  /** Ended since the last change, the newest last. */
  let ended: Ended[] = [];
  /** Loads at which the calls in flight began, by call number. */
  const flying = new Map<number, number>();

  const note = (load: number, refused: boolean): void => {
    ended.push({ load, refused });
    if (ended.length > 4 * limit + 64) ended = ended.slice(-2 * limit - 32);
  };
  const changeTo = (next: number): void => {
    limit = Math.max(1, Math.min(max, next));
    lastOfOldLimit = begun;
    successes = 0;
    ended = [];
  };
  const succeed = (place: number, load: number): void => {
    if (place > lastOfOldLimit) note(load, false);
    if (isSteered) return;
    // Without this, a period of little work would raise the limit to a level that was never tried.
    if (flying.size + 1 < Math.floor(limit / 2)) return;
    successes += 1;
    if (limit === max || successes < limit * (limit + 1 < refusedFrom ? 1 : probeAfter)) return;
    // A load that was once refused has now been accepted: the endpoint takes more than it did.
    if (limit >= refusedFrom) [refusedFrom, probeAfter] = [Number.POSITIVE_INFINITY, 1];
    changeTo(limit + 1);
  };
  const refuse = (place: number, load: number): void => {
    if (place <= lastOfOldLimit) return;
    note(load, true);
    lastRefused = Math.max(lastRefused, place);
    // A call still in flight that began before one that has since been refused was accepted.
    const taken = [...flying].filter(([other]) => other < lastRefused && other > lastOfOldLimit);
    const borne = borneLoad([...ended, ...taken.map(([, each]) => ({ load: each, refused: false }))]);
    const share = ended.filter(({ refused }) => refused).length / ended.length;
    if (borne !== undefined && borne.load < limit) {
      if (borne.refusedFrom === refusedFrom) probeAfter = Math.min(patience.most, probeAfter * patience.factor);
      refusedFrom = borne.refusedFrom;
      changeTo(borne.margin >= certain && borne.load > 0 ? borne.load : Math.max(borne.load, Math.floor(limit * decrease)));
    } else if (ended.length >= Math.max(limit, fewestForAlarm) && share > alarmingShare) {
      // Refusals that have nothing to do with the load would otherwise cut it to one call at a time.
      changeTo(Math.max(Math.min(limit, Math.ceil(max * leastByAlarm)), Math.floor(limit * decrease)));
    }
  };

  return {
    get limit() {
      return limit;
    },
    get inFlight() {
      return flying.size;
    },
    hasRoom: () => flying.size < limit,
    steerTo: (next) => {
      // One that refuses what it could let wait shows an empty queue at any load: there the refusals know more.
      isSteered = refusedFrom === Number.POSITIVE_INFINITY;
      if (next < limit || (isSteered && next > limit)) changeTo(next);
    },
    leave: () => {
      isSteered = false;
    },
    begin: () => {
      begun += 1;
      const place = begun;
      const load = flying.size + 1;
      flying.set(place, load);
      const end = (sign: (place: number, load: number) => void) => () => {
        flying.delete(place);
        sign(place, load);
      };
      return { succeeded: end(succeed), overloaded: end(refuse), released: end(() => {}) };
    },
  };
}

interface BorneLoad {
  /** The highest load at which a call was accepted, below the refused ones; 0 if none is known. */
  readonly load: number;
  /** The lowest of the refused loads. */
  readonly refusedFrom: number;
  /** Refusals from there on, beyond what the calls accepted there outweigh. */
  readonly margin: number;
}

/** Where refusals outnumber accepted calls by the widest margin; undefined if none is wide enough. */
function borneLoad(calls: readonly Ended[]): BorneLoad | undefined {
  const byLoad = Map.groupBy(calls, ({ load }) => load);
  let margin = 0;
  let [widest, lowest] = [needed, Number.POSITIVE_INFINITY];
  for (const load of [...byLoad.keys()].sort((one, other) => other - one)) {
    for (const { refused } of byLoad.get(load) ?? []) margin += refused ? 1 : -weightOfTaken;
    if (margin >= widest) [widest, lowest] = [margin, load];
  }
  if (lowest === Number.POSITIVE_INFINITY) return undefined;
  const taken = calls.filter(({ load, refused }) => !refused && load < lowest).map(({ load }) => load);
  return { load: Math.max(0, ...taken), refusedFrom: lowest, margin: widest };
}
