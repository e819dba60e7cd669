export interface LikelyRange {
  readonly low: number;
  readonly high: number;
  /** Half of the courses are below. */
  readonly middle: number;
  /** Share of the courses that end within the range. */
  readonly share: number;
  /** Of all courses. */
  readonly least: number;
  readonly most: number;
}

/** What a range should hold, and how wide it may be: one that says "between 1 and 10" helps nobody to decide. */
const [wantedShare, widest] = [0.95, 2];

/**
 * The narrowest range that holds 95 % of the courses; or, where that is wider than from one to two, the range of that width that
 * holds the most of them.
 * @param courses what each course has taken, at least one
 */
export function likelyRange(courses: readonly number[]): LikelyRange {
  const sorted = courses.toSorted((one, other) => one - other);
  const at = (index: number): number => sorted[Math.min(sorted.length - 1, index)] ?? 0;
  const wanted = Math.ceil(wantedShare * sorted.length);
  const starts = sorted.slice(0, sorted.length - wanted + 1).map((low, start) => ({ low, high: at(start + wanted - 1) }));
  const narrow = starts.reduce((best, each) => (ratio(each) < ratio(best) ? each : best));
  const { low, high } = ratio(narrow) <= widest ? narrow : fullest(sorted);
  const within = sorted.filter((value) => value >= low && value <= high).length;
  const share = within / sorted.length;
  return { low, high, middle: at(Math.floor(sorted.length / 2)), share, least: at(0), most: at(sorted.length - 1) };
}

function ratio({ low, high }: { readonly low: number; readonly high: number }): number {
  if (high === low) return 1;
  return low > 0 ? high / low : Number.POSITIVE_INFINITY;
}

/** Of the ranges from one to two, that with the most in it; the courses in it lie in its middle, by ratio. */
function fullest(sorted: readonly number[]): { readonly low: number; readonly high: number } {
  let best = { count: 0, first: 0, last: 0 };
  let end = 0;
  for (const [start, low] of sorted.entries()) {
    while (end < sorted.length && (sorted[end] as number) <= widest * low) end += 1;
    if (end - start > best.count) best = { count: end - start, first: low, last: sorted[end - 1] as number };
  }
  const slack = Math.sqrt(widest / Math.max(1, best.first === 0 ? widest : best.last / best.first));
  return { low: best.first / slack, high: (best.first / slack) * widest };
}
