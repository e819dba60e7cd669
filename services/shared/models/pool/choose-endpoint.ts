import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

export interface EndpointLoad {
  readonly name: string;
  readonly inFlight: number;
  /** Its part of the calls beside the others' while nothing is known about its speed. Default: 1. */
  readonly weight?: number;
  /** What its latest calls have shown; undefined before the first. */
  readonly shown?: ShownSpeed | undefined;
}

export interface ShownSpeed {
  /** How much longer its calls took than calls of their length take elsewhere: 1 for as long. */
  readonly slowness: number;
  /** Calls in flight when they began, including themselves. */
  readonly inFlight: number;
}

/** How far above the mean load, or the least cost, an endpoint may go for the sake of its prefix cache. */
const loadBound = 1.25;
/** So that one call more or less counts for little where there are only a few. */
const smoothing = 3;

/**
 * Which of these endpoints gets a call. Calls with the same prefix go to the same one (weighted rendezvous hashing), whose cache
 * then holds the prefix, unless it is loaded far above the others, or is so full that a call would take far longer there. Then
 * they go where a call is expected to take the least time. By Little's law an endpoint that is full takes longer with each call
 * more, and one that is not does not: so unequal ones fill up in proportion to what they can take.
 * @param avoid endpoints where this call has failed: used only if there is no other
 * @param random in [0, 1)
 */
export function chooseEndpoint<T extends EndpointLoad>(
  endpoints: readonly T[],
  { prefixKey, avoid, random }: { prefixKey: string; avoid: ReadonlySet<string>; random: () => number },
): T | undefined {
  const untried = endpoints.filter(({ name }) => !avoid.has(name));
  const candidates = untried.length > 0 ? untried : endpoints;
  if (candidates.length < 2) return candidates[0];
  const home = least(candidates, (endpoint) => distance(prefixKey, endpoint), random);
  const costOf = costAmong(candidates);
  const best = least(candidates, costOf, random);
  if (home === undefined || best === undefined) return home;
  const isKnown = candidates.some(({ shown }) => shown !== undefined);
  const isWorthIt = !isKnown || costOf(home) <= loadBound * costOf(best);
  if (isWorthIt && isWithinBound(home, candidates)) return home;
  const others = candidates.filter((endpoint) => endpoint !== home);
  return best === home ? least(others, costOf, random) : best;
}

function isWithinBound<T extends EndpointLoad>(home: T, all: readonly T[]): boolean {
  const calls = all.reduce((sum, { inFlight }) => sum + inFlight, 0) + 1;
  const weights = all.reduce((sum, endpoint) => sum + weightOf(endpoint), 0);
  return home.inFlight + 1 <= Math.ceil((loadBound * calls * weightOf(home)) / weights);
}

/**
 * What a call would take, as a multiple of the usual; of an endpoint that has not answered yet, as if it were like the others.
 */
function costAmong<T extends EndpointLoad>(all: readonly T[]): (endpoint: T) => number {
  const known = all.filter(({ shown }) => shown !== undefined);
  const usual = known.reduce((sum, each) => sum + (each.shown?.inFlight ?? 0) / weightOf(each), 0) / Math.max(1, known.length);
  return (endpoint) => {
    const { slowness, inFlight } = endpoint.shown ?? { slowness: 1, inFlight: usual * weightOf(endpoint) };
    if (known.length === 0) return (endpoint.inFlight + 1) / weightOf(endpoint);
    return (slowness * (endpoint.inFlight + 1 + smoothing)) / (inFlight + smoothing);
  };
}

function weightOf({ weight = 1 }: EndpointLoad): number {
  return weight;
}

/** Exponential with the weight as its rate, so that the least is each with a probability in proportion to its weight. */
function distance(prefixKey: string, endpoint: EndpointLoad): number {
  const digest = sha256(utf8ToBytes(JSON.stringify([prefixKey, endpoint.name])));
  const uniform = (new DataView(digest.buffer, digest.byteOffset).getUint32(0) + 0.5) / 2 ** 32;
  return -Math.log(uniform) / weightOf(endpoint);
}

/** Among equals, a random one. */
function least<T>(all: readonly T[], costOf: (each: T) => number, random: () => number): T | undefined {
  const costs = all.map(costOf);
  const lowest = Math.min(...costs);
  const equals = all.filter((_, index) => costs[index] === lowest);
  return equals[Math.floor(random() * equals.length)];
}
