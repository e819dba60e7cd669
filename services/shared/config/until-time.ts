/** When something is to end, as people write it. */
const forms =
  'must be a time such as 07:00, a date and time such as "2026-11-30 07:00", or either with a zone such as 2026-11-30T07:00Z';

const clockTime = /^([01]?\d|2[0-3]):([0-5]\d)$/;
const dateAndTime = /^(\d{4})-(\d\d)-(\d\d)[ T]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(Z|[+-]\d\d:?\d\d)?$/;

export type UntilTime = { readonly atMs: number } | { readonly fault: string };

/**
 * A time without a date is its next one. Without a zone it is this machine's, whose rules decide about a time that occurs twice
 * (the first) or, on the night when clocks go forward, not at all (an hour later).
 * @param nowMs wall-clock time
 * @returns milliseconds since 1970, after now; or what is wrong, to follow the name of the setting
 */
export function untilTime(text: string, nowMs: number): UntilTime {
  const clock = clockTime.exec(text.trim());
  if (clock !== null) {
    const at = new Date(nowMs);
    at.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
    if (at.getTime() <= nowMs) at.setDate(at.getDate() + 1);
    return { atMs: at.getTime() };
  }
  const parts = dateAndTime.exec(text.trim());
  if (parts === null) return { fault: forms };
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const zone = parts[7];
  const atMs =
    zone === undefined
      ? new Date(year, month - 1, day, hour, minute, second).getTime()
      : Date.parse(`${parts.slice(1, 4).join('-')}T${parts[4]}:${parts[5]}:${parts[6] ?? '00'}${zone}`);
  const isDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day && month <= 12 && day > 0;
  if (!isDay || !Number.isFinite(atMs)) return { fault: `must be a day that exists, but is ${text}` };
  return atMs <= nowMs ? { fault: `must be in the future, but ${text} has passed` } : { atMs };
}
