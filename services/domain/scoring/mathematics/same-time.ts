const time = /^(\d{1,2})(?::([0-5]\d))?(?:\\word\{(am|pm|noon|midnight)\}|o['’]clock)?$/;

interface Time {
  readonly hour: number;
  readonly minute: string;
  readonly half: string;
}

function timeOf(text: string): Time | undefined {
  const [, hour = '', minute = '00', half = ''] = time.exec(text) ?? [];
  return hour === '' || Number(hour) > 24 ? undefined : { hour: Number(hour), minute, half };
}

/** 17:30 is 5:30 p.m., and 6:00 is 6 o'clock; undefined unless one of the two says that it is a time. */
export function isSameTime(answer: string, expected: string): boolean | undefined {
  const [left, right] = [timeOf(answer), timeOf(expected)];
  if (!left || !right || !(isTimed(answer) || isTimed(expected))) return undefined;
  const hours = [left, right].map(ofTheDay);
  if ((left.half === '') !== (right.half === '')) {
    const bare = left.half === '' ? left : right;
    // 5:30 may be either half of the day.
    if (bare.hour < 13) return undefined;
  }
  return left.minute === right.minute && hours[0] === hours[1];
}

function isTimed(text: string): boolean {
  return /[:\\o]/.test(text);
}

function ofTheDay({ hour, half }: Time): number {
  if (half === 'pm' || half === 'noon') return hour === 12 ? 12 : hour + 12;
  return half !== '' && hour === 12 ? 0 : hour;
}

/** 5:30 may be an hour, which is in no proportion. */
export function isTime(text: string): boolean {
  return /^\d{1,2}:[0-5]\d$/.test(text);
}
