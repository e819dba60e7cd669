import type { Timing } from '../../lifecycle/timing.ts';

/** What a hosted API allows a minute; undefined for no limit. */
export interface RatesPerMinute {
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
}

/** Keeps the calls of this process to its share of a rate. */
export interface CallRate {
  /** Milliseconds until a call may begin; 0: now, Infinity: not with this share. @param share in [0, 1] */
  waitMs(share: number): number;
  /** A call begins. @param promptTokens estimated */
  began(promptTokens: number): RatedCall;
}

export interface RatedCall {
  /** @param tokens of prompt and reply; undefined where nothing is known */
  ended(tokens: number | undefined): void;
}

/** Of a minute: what is not used is kept for so long. */
const keptPart = 1 / 30;
/** What the latest reply counts for in the expected length of the next. */
const newest = 1 / 16;
const minuteMs = 60_000;

/**
 * A bucket for requests and one for tokens. So that no minute sees more than the rate, a bucket fills at the rate less what it
 * may hold, and holds a thirtieth of it, or one request. Tokens are counted when a call begins, by its prompt and the usual
 * length of a reply, and put right when it has ended: so a bucket may be in debt, which the next call waits for.
 */
export function createCallRate({ requestsPerMinute, tokensPerMinute }: RatesPerMinute, timing: Timing): CallRate {
  const requests = requestsPerMinute === undefined ? undefined : createBucket(requestsPerMinute, 1, timing);
  const tokens = tokensPerMinute === undefined ? undefined : createBucket(tokensPerMinute, 0, timing);
  let replyTokens = 0;
  return {
    waitMs: (share) => Math.max(requests?.untilMs(1, share) ?? 0, tokens?.untilMs(0, share) ?? 0),
    began: (promptTokens) => {
      const expected = promptTokens + replyTokens;
      requests?.take(1);
      tokens?.take(expected);
      return {
        ended: (used) => {
          if (used === undefined) return;
          tokens?.take(used - expected);
          replyTokens += newest * (Math.max(0, used - promptTokens) - replyTokens);
        },
      };
    },
  };
}

interface Bucket {
  take(amount: number): void;
  /** Whole milliseconds until it holds the amount: a timer for less might fire before the clock shows that it has passed. */
  untilMs(amount: number, share: number): number;
}

/** @param least what it holds at the start, and at least, however small the share is */
function createBucket(perMinute: number, least: number, timing: Timing): Bucket {
  const most = Math.max(least, perMinute * keptPart);
  const perMs = Math.max(perMinute - most, perMinute / 2) / minuteMs;
  let level = least;
  let filledMs = timing.monotonicMs();
  return {
    take: (amount) => {
      level -= amount;
    },
    untilMs: (amount, share) => {
      const now = timing.monotonicMs();
      level = Math.min(Math.max(least, most * share), level + perMs * share * (now - filledMs));
      filledMs = now;
      if (level >= amount) return 0;
      return share === 0 ? Number.POSITIVE_INFINITY : Math.ceil((amount - level) / (perMs * share));
    },
  };
}
