import { mean } from './intervals.ts';

/**
 * How well one score can replace another, as in the paper's Table 3. Both lists are parallel and in the order of the rounds.
 * Undefined where there is no value: a correlation with a constant, or of fewer than two values.
 */
export interface Agreement {
  readonly pearson: number | undefined;
  readonly spearman: number | undefined;
  readonly diffCos: number | undefined;
  readonly meanAbsoluteError: number | undefined;
  readonly count: number;
}

/** @throws RangeError unless both lists are of one length */
export function agreement(estimates: readonly number[], truths: readonly number[]): Agreement {
  return {
    pearson: pearson(estimates, truths),
    spearman: spearman(estimates, truths),
    diffCos: diffCos(estimates, truths),
    meanAbsoluteError: meanAbsoluteError(estimates, truths),
    count: estimates.length,
  };
}

/** From -1 to 1. @throws RangeError unless both lists are of one length */
export function pearson(xs: readonly number[], ys: readonly number[]): number | undefined {
  return xs.length < 2 ? undefined : cosine(centred(xs), centred(ys));
}

/** Pearson of the ranks; ties share the mean of their ranks. */
export function spearman(xs: readonly number[], ys: readonly number[]): number | undefined {
  return pearson(ranks(xs), ranks(ys));
}

/** Cosine of the steps from one value to the next: whether both rise and fall together. */
export function diffCos(xs: readonly number[], ys: readonly number[]): number | undefined {
  return cosine(differences(xs), differences(ys));
}

/** In the unit of the values; undefined where there are none. @throws RangeError unless both lists are of one length */
export function meanAbsoluteError(xs: readonly number[], ys: readonly number[]): number | undefined {
  assertParallel(xs, ys);
  return xs.length === 0 ? undefined : mean(xs.map((x, index) => Math.abs(x - (ys[index] as number))));
}

function cosine(xs: readonly number[], ys: readonly number[]): number | undefined {
  assertParallel(xs, ys);
  const lengths = Math.hypot(...xs) * Math.hypot(...ys);
  if (lengths === 0) return undefined;
  const product = xs.reduce((sum, x, index) => sum + x * (ys[index] as number), 0);
  return Math.max(-1, Math.min(1, product / lengths));
}

function centred(values: readonly number[]): number[] {
  // The mean of equal values may differ from them in the last bit, which would make a constant correlate.
  if (values.every((value) => value === values[0])) return values.map(() => 0);
  const centre = mean(values);
  return values.map((value) => value - centre);
}

function differences(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value - (values[index] as number));
}

function ranks(values: readonly number[]): number[] {
  const sorted = [...values].sort((one, other) => one - other);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}

function assertParallel(xs: readonly number[], ys: readonly number[]): void {
  if (xs.length !== ys.length) throw new RangeError(`cannot compare ${xs.length} values with ${ys.length}`);
}
