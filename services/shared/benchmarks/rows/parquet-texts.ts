/** As text where a Date has no room for all of it. @param unit how many units of the time are a millisecond */
export function momentOf(time: bigint, unit: bigint): Date | string {
  const below = ((time % unit) + unit) % unit;
  const moment = new Date(Number((time - below) / unit));
  if (below === 0n) return moment;
  const digits = String(unit + below).slice(1);
  return moment.toISOString().replace('Z', `${digits.replace(/0+$/, '')}Z`);
}

/** As 07:45:00, with what is below a second only where there is something. @param unit how many units of the time are a second */
export function timeText(time: bigint, unit: bigint): string {
  const seconds = time / unit;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map((part) => String(part).padStart(2, '0')).join(':');
  const below = String(unit + (time % unit))
    .slice(1)
    .replace(/0+$/, '');
  return below === '' ? clock : `${clock}.${below}`;
}

export function decimalText(whole: bigint, scale: number): string {
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${whole < 0n ? '-' : ''}${digits.slice(0, point)}${scale === 0 ? '' : `.${digits.slice(point)}`}`;
}

/** A number of 32 bits with as few digits as tell it from all others. */
export function floatText(value: number): string {
  const digits = [6, 7, 8].find((count) => Math.fround(Number(value.toPrecision(count))) === value) ?? 9;
  return String(Number(value.toPrecision(digits)));
}
