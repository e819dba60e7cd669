import type { Random } from '../domain/ports.ts';
import { badRequest, WireError } from './wire-error.ts';

/**
 * What can go wrong with a call, as with real servers and networks:
 * - `429`, `500`, `503`: refused at once, or after the time to the first token for 500;
 * - `overflow`: HTTP 400, as if prompt and reply did not fit the context; `refusal`: HTTP 400 of a filter of contents;
 * - `hang`: no byte ever comes; `stall`: the reply stops after its first part; both until the client hangs up;
 * - `drip`: each part of the reply takes a second;
 * - `truncate`: the stream ends cleanly, but in the middle; `reset`: the connection is cut there.
 */
export const faultKinds = ['429', '500', '503', 'overflow', 'refusal', 'hang', 'stall', 'drip', 'truncate', 'reset'] as const;

export type FaultKind = (typeof faultKinds)[number];

/** The share of calls that meet each kind; together at most 1. */
export type FaultShares = Partial<Record<FaultKind, number>>;

/**
 * Draws for each call in turn, the same draws for the same seed: what a call meets depends on its place and on nothing that it
 * says.
 */
export function createFaults(shares: FaultShares, random: Random): () => FaultKind | undefined {
  const entries = Object.entries(shares) as [FaultKind, number][];
  return () => {
    let left = random.next();
    for (const [kind, share] of entries) {
      if (left < share) return kind;
      left -= share;
    }
    return undefined;
  };
}

/** @throws WireError for a fault that is an answer */
export function refuseBy(fault: FaultKind | undefined): void {
  if (fault === '429') throw new WireError(429, 'RateLimitError', 'Too many requests (a simulated fault).');
  if (fault === '500') throw new WireError(500, 'InternalServerError', 'The engine has failed (a simulated fault).');
  if (fault === '503') throw new WireError(503, 'ServiceUnavailableError', 'The server is starting (a simulated fault).');
  if (fault === 'overflow') {
    throw badRequest(
      "This model's maximum context length is 0 tokens. Please reduce the length of the messages (a simulated fault).",
    );
  }
  if (fault === 'refusal') throw badRequest('The prompt was flagged by a content filter (a simulated fault).');
}

/**
 * Reads e.g. "429:0.05,500:0.05"; "" is no faults.
 * @throws RangeError with one sentence
 */
export function parseFaults(text: string): FaultShares {
  const shares: FaultShares = {};
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [kind = '', share = ''] = part.split(':').map((each) => each.trim());
    const known = faultKinds.find((each) => each === kind);
    if (known === undefined)
      throw new RangeError(`there is no fault "${kind}"; use ${faultKinds.join(', ')}, as in 429:0.05,hang:0.01`);
    const value = share === '' ? Number.NaN : Number(share);
    if (!(value >= 0 && value <= 1)) throw new RangeError(`the share of ${kind} must be a number from 0 to 1, but is "${share}"`);
    shares[known] = value;
  }
  const sum = Object.values(shares).reduce((total, share) => total + share, 0);
  if (sum > 1 + 1e-9)
    throw new RangeError(`the shares of faults add up to ${sum}, but a call meets at most one: they may add up to 1`);
  return shares;
}
