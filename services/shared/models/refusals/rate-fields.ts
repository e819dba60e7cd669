import type { IncomingHttpHeaders } from 'node:http';
import { numberIn, timeUntil } from './time-until.ts';

/** There is room for a call long before a whole rate is there again: rates are by the minute. */
const longestMs = 60_000;

/** A header by the end of its name, or undefined. */
type Said = (name: string) => string | undefined;

/** OpenAI names the rate, Cerebras its window too. */
const ofOpenAi = ['', '-requests', '-tokens'].flatMap((of) =>
  ['', '-minute', '-hour', '-day'].map((window) => ({
    remaining: `x-ratelimit-remaining${of}${window}`,
    reset: `x-ratelimit-reset${of}${window}`,
  })),
);
const ofAnthropic = ['requests', 'tokens', 'input-tokens', 'output-tokens'].map((of) => ({
  remaining: `anthropic-ratelimit-${of}-remaining`,
  reset: `anthropic-ratelimit-${of}-reset`,
}));
/** The IETF's draft until its seventh version, and Mistral's tokens. */
const others = ['ratelimit', 'ratelimitbysize'].map((of) => ({ remaining: `${of}-remaining`, reset: `${of}-reset` }));

/**
 * OpenAI and many others say with each answer what is left of a rate and when all of it will be there again: "1s", "6m0s", a
 * number of seconds, or a moment. Of a rate of which something is left, it says nothing.
 * @param nowMs wall-clock time
 */
export function untilReset(said: Said, nowMs: number): number | undefined {
  const waits = [...ofOpenAi, ...ofAnthropic, ...others].flatMap(({ remaining, reset }) => {
    const left = numberIn(said(remaining));
    return left !== undefined && left > 0 ? [] : (timeUntil(said(reset), nowMs) ?? []);
  });
  waits.push(...usedUp(said('ratelimit')));
  return waits.length === 0 ? undefined : Math.min(Math.max(...waits), longestMs);
}

/**
 * How long a server is better left alone after an answer, since less is left of a rate than such a call takes. In the time that
 * it names, all that is missing comes back, evenly at OpenAI: so a part of that time is enough. A server whose rate comes back at
 * once refuses the call after it, which costs nothing. In (0, one minute].
 * @param tokens of the call
 * @param nowMs wall-clock time
 * @returns undefined where enough is left, or nothing is said
 */
export function restAfterAnswerMs(headers: IncomingHttpHeaders, tokens: number, nowMs: number): number | undefined {
  const said = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  const requests = restOf('requests', said, 1, nowMs);
  const ofTokens = restOf('tokens', said, tokens, nowMs);
  const longest = Math.max(requests ?? 0, ofTokens ?? 0, ...usedUp(said('ratelimit')));
  return longest > 0 ? Math.min(longest, longestMs) : undefined;
}

function restOf(rate: 'requests' | 'tokens', said: Said, needed: number, nowMs: number): number | undefined {
  const of = (what: string): string | undefined => said(`x-ratelimit-${what}-${rate}`);
  const left = numberIn(of('remaining'));
  if (left === undefined || left >= needed) return undefined;
  const wholeMs = timeUntil(of('reset'), nowMs) ?? 0;
  const missing = (numberIn(of('limit')) ?? 0) - left;
  return wholeMs * (missing > 0 ? Math.min(1, (needed - left) / missing) : 1);
}

/**
 * The waits in a `RateLimit` of the IETF's draft (httpapi-ratelimit-headers, from version 8), `"default";r=0;t=30` for each rate.
 * Its seventh version writes `limit=10, remaining=0, reset=30`. Hugging Face and Cloudflare send the former.
 */
function usedUp(value: string | undefined): number[] {
  if (value === undefined) return [];
  const rates = /\bremaining=/.test(value) ? [value] : value.split(',');
  return rates.flatMap((rate) => {
    const [left, seconds] = [/\b(?:r|remaining)=(\d+)/, /\b(?:t|reset)=(\d+)/].map((form) => numberIn(form.exec(rate)?.[1]));
    return left === 0 && seconds !== undefined ? [seconds * 1000] : [];
  });
}
