import type { ServerAnswer } from '../errors/server-answer.ts';
import { untilReset } from './rate-fields.ts';
import { dateIn, durationIn, numberIn, timeUntil } from './time-until.ts';

const longestMs = 24 * 3600 * 1000;

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
  const said =
    milliseconds(headers) ??
    seconds(headers, nowMs) ??
    untilDate(headers, nowMs) ??
    inBody(waits, nowMs) ??
    inWords(message) ??
    untilMoment(message, nowMs);
  const wait = said ?? (status === 429 ? untilReset((name) => headerEnding(headers, name), nowMs) : undefined);
  return wait === undefined ? undefined : Math.min(Math.max(wait, 0), longestMs);
}

/** In quotes, with a parameter or with a comment it is the same. */
function waitIn(headers: Headers | undefined): string | undefined {
  const [value] = headerEnding(headers, 'retry-after')?.split(/[;(]/, 1) ?? [];
  return value?.replaceAll('"', '');
}

function milliseconds(headers: Headers | undefined): number | undefined {
  return numberIn(headerEnding(headers, 'retry-after-ms'));
}

function seconds(headers: Headers | undefined, nowMs: number): number | undefined {
  const value = waitIn(headers);
  // Each proxy on the way may add its own: "3, 3".
  const numbers = value?.split(',').map(numberIn) ?? [];
  const waits = numbers.every((each) => each !== undefined) ? numbers.map((count) => timeUntil(String(count), nowMs) ?? 0) : [];
  return waits.length > 0 ? Math.max(...waits) : durationIn(value ?? '');
}

function untilDate(headers: Headers | undefined, nowMs: number): number | undefined {
  const until = dateIn(waitIn(headers));
  return until === undefined ? undefined : until - (dateIn(headers?.get('date')) ?? nowMs);
}

/** The longest of those that the body's fields give. */
function inBody(waits: readonly string[] = [], nowMs: number): number | undefined {
  const found = waits.flatMap((wait) => timeUntil(wait, nowMs) ?? []);
  return found.length === 0 ? undefined : Math.max(...found);
}

/** "Please try again in 7.66s", "in 6m23.5s" (OpenAI, Groq), "Please retry in 34s" (Google), "Please wait 3 seconds" (GitHub). */
function inWords(message: string): number | undefined {
  const [, said = ''] =
    /\b(?:try again|retry|wait|resets)(?: in| after| for)?:? (?:about |approximately |at least |another )?((?:\d+(?:\.\d+)? ?[a-z]+[ ,]*)+)/i.exec(
      message,
    ) ?? [];
  return durationIn(said);
}

/** "Limit resets at: 2025-08-08 18:37:32 UTC" (LiteLLM). */
function untilMoment(message: string, nowMs: number): number | undefined {
  const [, said] =
    /\b(?:try again|retry|resets?)(?: at| after)?:? (\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z| ?UTC| ?[+-]\d\d:?\d\d)?)/i.exec(
      message,
    ) ?? [];
  const moment = dateIn(said);
  return moment === undefined ? undefined : moment - nowMs;
}

/** The server's own takes precedence over one that a proxy passes on. */
function headerEnding(headers: Headers | undefined, name: string): string | undefined {
  const own = headers?.get(name);
  if (own) return own;
  return [...(headers ?? [])].find(([key]) => key.endsWith(`-${name}`))?.[1];
}
