import type { IncomingHttpHeaders } from 'node:http';
import type { ServerAnswer } from './server-answer.ts';

const longestMs = 24 * 3600 * 1000;
/** There is room for a call long before a whole rate is there again: rates are by the minute. */
const longestResetMs = 60_000;
const units = { ms: 1, milli: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * How long a server asks callers to wait: `retry-after-ms`, or `retry-after` in seconds or as a date, also where a proxy has put
 * a prefix before it, as LiteLLM does (`llm_provider-retry-after`); otherwise what its body says, in a field or in words. A date
 * is compared with the server's own `date` where it sends one, so that a wrong clock here does no harm. Where a call is throttled
 * and nothing else is said, what is left of its rate says when there will be some again. In [0, 24 h].
 * @param nowMs wall-clock time
 */
export function retryAfterMs(
  { status, headers, message, waits }: Pick<ServerAnswer, 'status' | 'headers' | 'message'> & Partial<ServerAnswer>,
  nowMs: number,
): number | undefined {
  const said = milliseconds(headers) ?? seconds(headers, nowMs) ?? untilDate(headers, nowMs) ?? inBody(waits) ?? inWords(message);
  const wait = said ?? (status === 429 ? untilReset(headers, nowMs) : undefined);
  return wait === undefined ? undefined : Math.min(Math.max(wait, 0), longestMs);
}

function milliseconds(headers: Headers | undefined): number | undefined {
  return numberIn(headerEnding(headers, 'retry-after-ms'));
}

function seconds(headers: Headers | undefined, nowMs: number): number | undefined {
  const value = headerEnding(headers, 'retry-after') ?? headers?.get('ratelimit-reset') ?? undefined;
  // Each proxy on the way may add its own: "3, 3".
  const numbers = value?.split(',').map(numberIn) ?? [];
  const waits = numbers.every((each) => each !== undefined) ? numbers.map((count) => resetIn(String(count), nowMs) ?? 0) : [];
  return waits.length > 0 ? Math.max(...waits) : duration(value ?? '');
}

function untilDate(headers: Headers | undefined, nowMs: number): number | undefined {
  const until = dateIn(headerEnding(headers, 'retry-after'));
  return until === undefined ? undefined : until - (dateIn(headers?.get('date')) ?? nowMs);
}

/** A date in any of HTTP's three forms, of which asctime's names no zone and is in GMT all the same; or one of RFC 3339. */
function dateIn(text: string | null | undefined): number | undefined {
  if (!text) return undefined;
  const namesZone = /(?:GMT|UTC|Z|[+-]\d\d:?\d\d)\s*$/i.test(text);
  const moment = Date.parse(namesZone ? text : `${text} GMT`);
  return Number.isNaN(moment) ? undefined : moment;
}

/** OpenAI names the rate, Cerebras its window too. */
const rates = ['', '-requests', '-tokens'].flatMap((of) => ['', '-minute', '-hour', '-day'].map((window) => of + window));

/**
 * OpenAI and many others say with each answer what is left of a rate and when all of it will be there again: "1s", "6m0s", a
 * number of seconds, or a moment, by the calendar or in seconds or milliseconds since 1970. Of a rate of which something is left,
 * it says nothing.
 */
function untilReset(headers: Headers | undefined, nowMs: number): number | undefined {
  const waits = rates.flatMap((of) => {
    const left = numberIn(headerEnding(headers, `x-ratelimit-remaining${of}`));
    return left !== undefined && left > 0 ? [] : (resetIn(headerEnding(headers, `x-ratelimit-reset${of}`), nowMs) ?? []);
  });
  return waits.length === 0 ? undefined : Math.min(Math.max(...waits), longestResetMs);
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
  const requests = restOf('requests', headers, 1, nowMs);
  const ofTokens = restOf('tokens', headers, tokens, nowMs);
  const longest = Math.max(requests ?? 0, ofTokens ?? 0);
  return longest > 0 ? Math.min(longest, longestResetMs) : undefined;
}

function restOf(rate: 'requests' | 'tokens', headers: IncomingHttpHeaders, needed: number, nowMs: number): number | undefined {
  const said = (what: string): string | undefined => {
    const value = headers[`x-ratelimit-${what}-${rate}`];
    return Array.isArray(value) ? value[0] : value;
  };
  const left = numberIn(said('remaining'));
  if (left === undefined || left >= needed) return undefined;
  const wholeMs = resetIn(said('reset'), nowMs) ?? 0;
  const missing = (numberIn(said('limit')) ?? 0) - left;
  return wholeMs * (missing > 0 ? Math.min(1, (needed - left) / missing) : 1);
}

/** More than this many seconds is a moment and no time. */
const firstMoment = 1_000_000_000;

function resetIn(value: string | undefined, nowMs: number): number | undefined {
  const count = numberIn(value);
  if (count === undefined) {
    const moment = /\d:\d/.test(value ?? '') ? dateIn(value) : undefined;
    return moment === undefined ? duration(value ?? '') : Math.max(0, moment - nowMs);
  }
  if (count < firstMoment) return count * 1000;
  return Math.max(0, (count > 1000 * firstMoment ? count : 1000 * count) - nowMs);
}

/** The longest of those that the body's fields give, in seconds or with a unit. */
function inBody(waits: readonly string[] = []): number | undefined {
  const found = waits.flatMap((wait) => (numberIn(wait) === undefined ? (duration(wait) ?? []) : Number(wait) * 1000));
  return found.length === 0 ? undefined : Math.max(...found);
}

/** "Please try again in 7.66s", "in 6m23.5s" (OpenAI, Groq), "Please retry in 34s" (Google), "Please wait 3 seconds" (GitHub). */
function inWords(message: string): number | undefined {
  const [, said = ''] =
    /\b(?:try again|retry|please wait|resets)(?: in| after| for)?:? (?:about |approximately |at least |another )?((?:\d+(?:\.\d+)? ?[a-z]+[ ,]*)+)/i.exec(
      message,
    ) ?? [];
  return duration(said);
}

/** "1m30s", "5 seconds", "250ms", "500 milliseconds". */
function duration(text: string): number | undefined {
  const parts = [...text.toLowerCase().matchAll(/(\d+(?:\.\d+)?) ?(ms|milli|s|m(?!on)|h|d)/g)];
  if (parts.length === 0 || !/^\s*\d/.test(text)) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
}

/** The server's own takes precedence over one that a proxy passes on. */
function headerEnding(headers: Headers | undefined, name: string): string | undefined {
  const own = headers?.get(name);
  if (own) return own;
  return [...(headers ?? [])].find(([key]) => key.endsWith(`-${name}`))?.[1];
}

function numberIn(text: string | null | undefined): number | undefined {
  return text && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
