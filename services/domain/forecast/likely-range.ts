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
/** Share of the courses at either end that the middle is not taken from. */
const outliers = 0.05;
/** Of the most courses that a range can hold, the fewest that this one must hold. */
const leastPart = 0.75;

/**
 * As wide as the narrowest range that holds 95 % of the courses, and the doubt at each end, but no wider than from one to two;
 * its middle, by ratio, is that of nine in ten courses. Simulated runs end in it more often than in the one that holds the most
 * courses, which leaves out the long tail of dear ones; but where the courses fall into groups, that one is taken.
 * @param courses what each course has taken, at least one
 * @param doubt how far off what the courses are made of may be, as a factor, beside what differs between them; 1 or more
 */
export function likelyRange(courses: readonly number[], doubt = 1): LikelyRange {
  const sorted = courses.toSorted((one, other) => one - other);
  const at = (index: number): number => sorted[Math.min(sorted.length - 1, index)] ?? 0;
  const wanted = Math.ceil(wantedShare * sorted.length);
  const starts = sorted.slice(0, sorted.length - wanted + 1).map((low, start) => ({ low, high: at(start + wanted - 1) }));
  const narrow = starts.reduce((best, each) => (ratio(each) < ratio(best) ? each : best));
  // Courses that agree to the token are of a run that can take no other.
  const width = ratio(narrow) === 1 ? 1 : Math.min(widest, ratio(narrow) * doubt ** 2);
  const { low, high } = width === 1 || (doubt === 1 && width < widest) ? narrow : ofWidth(sorted, width);
  const share = countWithin(sorted, { low, high }) / sorted.length;
  return { low, high, middle: at(Math.floor(sorted.length / 2)), share, least: at(0), most: at(sorted.length - 1) };
}

type Range = Pick<LikelyRange, 'low' | 'high'>;

function ratio({ low, high }: Range): number {
  if (high === low) return 1;
  return low > 0 ? high / low : Number.POSITIVE_INFINITY;
}

function countWithin(courses: readonly number[], { low, high }: Range): number {
  return courses.filter((value) => value >= low && value <= high).length;
}

function ofWidth(sorted: readonly number[], width: number): Range {
  const first = Math.floor(outliers * sorted.length);
  const middle = Math.sqrt((sorted[first] ?? 0) * (sorted[sorted.length - 1 - first] ?? 0));
  const inTheMiddle = { low: middle / Math.sqrt(width), high: middle * Math.sqrt(width) };
  const full = fullest(sorted, width);
  return countWithin(sorted, inTheMiddle) >= leastPart * countWithin(sorted, full) ? inTheMiddle : full;
}

/** Of the ranges of this width, that with the most in it; the courses in it lie in its middle, by ratio. */
function fullest(sorted: readonly number[], width: number): Range {
  let best = { count: 0, first: 0, last: 0 };
  let end = 0;
  for (const [start, low] of sorted.entries()) {
    while (end < sorted.length && (sorted[end] as number) <= width * low) end += 1;
    if (end - start > best.count) best = { count: end - start, first: low, last: sorted[end - 1] as number };
  }
  const slack = Math.sqrt(width / Math.max(1, best.first === 0 ? width : best.last / best.first));
  return { low: best.first / slack, high: (best.first / slack) * width };
}
