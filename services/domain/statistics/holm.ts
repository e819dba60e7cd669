/**
 * Holm's step-down adjustment (Holm 1979): p-values that may each be held against one level, so that the chance of even one false
 * alarm among all of them stays at that level, however the tests depend on each other. The smallest of m is multiplied by m, the
 * next by m - 1 and so on; none becomes smaller than one before it, or larger than 1.
 * @returns in the order given
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((one, other) => (pValues[one] as number) - (pValues[other] as number));
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [rank, place] of order.entries()) {
    largest = Math.min(1, Math.max(largest, (pValues.length - rank) * (pValues[place] as number)));
    adjusted[place] = largest;
  }
  return adjusted;
}
