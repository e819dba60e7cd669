const small = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen ' +
  'nineteen'
).split(' ');
const tens = 'zero ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const scales = [
  [1_000_000, 'million'],
  [1000, 'thousand'],
  [100, 'hundred'],
] as const;

/** A number spelled out in English, for a model that was told to avoid digits. */
export function inWords(value: number): string {
  if (value < 0) return `minus ${inWords(-value)}`;
  const whole = Math.floor(value);
  if (whole !== value)
    return `${inWords(whole)} point ${[...(String(value).split('.').at(-1) ?? '')].map((digit) => small[Number(digit)]).join(' ')}`;
  for (const [size, name] of scales) {
    if (whole < size) continue;
    const rest = whole % size;
    return `${inWords(Math.floor(whole / size))} ${name}${rest === 0 ? '' : ` ${inWords(rest)}`}`;
  }
  if (whole < 20) return small[whole] ?? '';
  const unit = whole % 10;
  return `${tens[Math.floor(whole / 10)]}${unit === 0 ? '' : `-${small[unit]}`}`;
}
