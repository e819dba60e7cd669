/** Texts in which servers and the proxies before them say how long, or until when. */

const units = { ms: 1, milli: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export function numberIn(text: string | null | undefined): number | undefined {
  return text && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

/**
 * A date in any of HTTP's three forms, of which asctime's names no zone and is in GMT all the same; or one of RFC 3339, or as
 * Python writes it without a zone. Nothing without a time of day: Date.parse would take "-5" for one of 2001.
 * @returns milliseconds since 1970
 */
export function dateIn(text: string | null | undefined): number | undefined {
  if (!text || !/\d:\d\d/.test(text)) return undefined;
  const namesZone = /(?:GMT|UTC|Z|[+-]\d\d:?\d\d)\s*$/i.test(text);
  const moment = Date.parse(namesZone ? text : `${text.replace(/(?<=\d)T(?=\d)/, ' ')} GMT`);
  return Number.isNaN(moment) ? undefined : moment;
}

/** "1m30s", "5 seconds", "250ms", "500 milliseconds", and ISO 8601's "PT1M30S". In milliseconds. */
export function durationIn(text: string): number | undefined {
  const isoParts = /^\s*P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?\s*$/i.exec(text)?.slice(1);
  if (isoParts?.some((part) => part !== undefined)) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = isoParts.map((part) => Number((part ?? '0').replace(',', '.')));
    return days * units.d + hours * units.h + minutes * units.m + seconds * units.s;
  }
  const parts = [...text.toLowerCase().matchAll(/(\d+(?:\.\d+)?) ?(ms|milli|s|m(?!on)|h|d)/g)];
  if (parts.length === 0 || !/^\s*\d/.test(text)) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
}

/** More than this many seconds is a moment and no time. */
const firstMoment = 1_000_000_000;

/**
 * How long until then: a number of seconds, a duration, or a moment, by the calendar or in seconds or milliseconds since 1970.
 * @param nowMs wall-clock time
 * @returns milliseconds, 0 for a moment that has passed
 */
export function timeUntil(value: string | undefined, nowMs: number): number | undefined {
  const count = numberIn(value);
  if (count === undefined) {
    const moment = /\d:\d/.test(value ?? '') ? dateIn(value) : undefined;
    return moment === undefined ? durationIn(value ?? '') : Math.max(0, moment - nowMs);
  }
  if (count < firstMoment) return count * 1000;
  return Math.max(0, (count > 1000 * firstMoment ? count : 1000 * count) - nowMs);
}
