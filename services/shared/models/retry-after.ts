const longestMs = 24 * 3600 * 1000;

/**
 * How long a server asks to be left alone: `retry-after-ms`, or `retry-after` in seconds or as a date. A date is compared
 * with the server's own `date` where it sends one, so that a wrong clock here does no harm. In [0, 24 h].
 * @param nowMs wall-clock time
 */
export function retryAfterMs(headers: Headers | undefined, nowMs: number): number | undefined {
  const wait = milliseconds(headers) ?? seconds(headers) ?? untilDate(headers, nowMs);
  return wait === undefined ? undefined : Math.min(Math.max(wait, 0), longestMs);
}

function milliseconds(headers: Headers | undefined): number | undefined {
  return numberIn(headers?.get('retry-after-ms'));
}

function seconds(headers: Headers | undefined): number | undefined {
  const value = numberIn(headers?.get('retry-after'));
  return value === undefined ? undefined : value * 1000;
}

function untilDate(headers: Headers | undefined, nowMs: number): number | undefined {
  const until = Date.parse(headers?.get('retry-after') ?? '');
  if (Number.isNaN(until)) return undefined;
  const serverNow = Date.parse(headers?.get('date') ?? '');
  return until - (Number.isNaN(serverNow) ? nowMs : serverNow);
}

function numberIn(text: string | null | undefined): number | undefined {
  return text && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
