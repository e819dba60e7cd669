/** Maps a value to a position in a drawing. */
export type Scale = ((value: number) => number) & { readonly ticks: readonly number[] };

/** Linear, from the domain to the range, with about `count` round tick values inside the domain. */
export function linearScale(domain: readonly [number, number], range: readonly [number, number], count: number): Scale {
  const [low, high] = domain;
  const span = high - low || 1;
  const place = (value: number) => rounded(range[0] + ((value - low) / span) * (range[1] - range[0]));
  return Object.assign(place, { ticks: roundTicks(low, low + span, count) });
}

/** The smallest interval, with some margin, that holds all scores; a few scores that hardly differ are not magnified. */
export function scoreDomain(scores: readonly number[]): readonly [number, number] {
  if (scores.length === 0) return [0, 1];
  const low = Math.max(0, Math.floor((Math.min(...scores) - 0.02) * 20) / 20);
  const high = Math.min(1, Math.ceil((Math.max(...scores) + 0.02) * 20) / 20);
  if (high - low >= 0.1) return [low, high];
  return high > 0.1 ? [high - 0.1, high] : [0, 0.1];
}

function roundTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** A tenth of a pixel is enough, and keeps the file small. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
