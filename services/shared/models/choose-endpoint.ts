import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

export interface EndpointLoad {
  readonly name: string;
  readonly inFlight: number;
}

/** How far above the mean load an endpoint may go for the sake of its prefix cache. */
const loadBound = 1.25;

/**
 * Which of these endpoints gets a call. Calls with the same prefix go to the same one (rendezvous hashing), whose cache then
 * holds the prefix. If it is loaded far above the others, they go to the better of two random others.
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
  const home = candidates.reduce((best, other) => (weight(prefixKey, other) > weight(prefixKey, best) ? other : best));
  const total = candidates.reduce((sum, { inFlight }) => sum + inFlight, 0);
  if (home.inFlight + 1 <= Math.ceil((loadBound * (total + 1)) / candidates.length)) return home;
  return betterOfTwo(
    candidates.filter((endpoint) => endpoint !== home),
    random,
  );
}

function weight(prefixKey: string, { name }: EndpointLoad): number {
  const digest = sha256(utf8ToBytes(JSON.stringify([prefixKey, name])));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}

function betterOfTwo<T extends EndpointLoad>(endpoints: readonly T[], random: () => number): T | undefined {
  const first = Math.floor(random() * endpoints.length);
  const step = 1 + Math.floor(random() * (endpoints.length - 1));
  const one = endpoints[first];
  const other = endpoints[(first + step) % endpoints.length];
  return one && other && other.inFlight < one.inFlight ? other : one;
}
