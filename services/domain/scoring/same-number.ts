import type { ReadNumber } from './read-number.ts';

/**
 * Whether an answer's number is the expected one within the allowed difference: "3 million" is 3000000, and also 3 if the
 * question asks for millions; 50 % is 50 and 0.5, whichever of the two is a percentage. Whole numbers are compared exactly,
 * however long they are.
 * @param allowed the largest difference that is right
 */
export function isSameNumber(answer: ReadNumber, expected: ReadNumber, allowed: number): boolean {
  if (answer.other !== undefined && isSameNumber(answer.other, expected, allowed)) return true;
  if (answer.whole !== undefined && expected.whole !== undefined && allowed < 1 && answer.whole === expected.whole) return true;
  const readings = [
    ...(areLongWholes(answer, expected) && allowed < 1 ? [] : [answer.value]),
    ...(answer.unscaled === undefined || expected.unscaled !== undefined ? [] : [answer.unscaled]),
    ...(answer.percent && !expected.percent ? [answer.value / 100] : []),
    ...(expected.percent && !answer.percent ? [answer.value * 100] : []),
  ];
  return readings.some((value) => Math.abs(value - expected.value) <= allowed);
}

/** JavaScript's numbers cannot distinguish these. */
function areLongWholes(one: ReadNumber, other: ReadNumber): boolean {
  return one.whole !== undefined && other.whole !== undefined && !Number.isSafeInteger(other.value);
}
