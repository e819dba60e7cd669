/**
 * The highest of any number of values: Math.max takes each as an argument, and fails from some 120,000 on, which the executions
 * of a run may well be.
 * @returns -Infinity for no values
 */
export function highestOf(values: Iterable<number>): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > highest) highest = value;
  return highest;
}

/** The lowest of any number of values. @returns Infinity for no values */
export function lowestOf(values: Iterable<number>): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const value of values) if (value < lowest) lowest = value;
  return lowest;
}
