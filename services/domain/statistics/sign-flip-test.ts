import type { Random } from '../ports.ts';

export interface SignFlipTest {
  /** Two-sided. */
  readonly pValue: number;
  /** Whether every way to flip the signs was counted, or how many were drawn. */
  readonly draws: 'all' | number;
}

/** Up to 2^16 ways are counted, which takes a few milliseconds. */
const countedUpTo = 16;
const drawn = 9_999;

/**
 * The paired permutation test of the mean difference: if two workflows were equally good, each query's difference could just as
 * well have had the other sign. What share of all ways to choose the signs gives a mean at least as far from 0 as the one
 * observed? It assumes nothing about how the scores are distributed. With many queries the ways are sampled; the one observed
 * counts among them, so the p-value is never 0 and never too small (Phipson and Smyth 2010).
 */
export function signFlipTest(differences: readonly number[], random: Random): SignFlipTest {
  const sizes = differences.filter((value) => value !== 0).map(Math.abs);
  if (sizes.length === 0) return { pValue: 1, draws: 'all' };
  const seen = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  // Sums of the same numbers in a different order differ in their last bits.
  const atLeast = seen - 1e-9 * sizes.length;
  if (sizes.length <= countedUpTo) return { pValue: shareOfAll(sizes, atLeast), draws: 'all' };
  let asFar = 1;
  for (let draw = 0; draw < drawn; draw += 1) if (Math.abs(randomSum(sizes, random)) >= atLeast) asFar += 1;
  return { pValue: asFar / (drawn + 1), draws: drawn };
}

/** Half of the ways are the other half with all signs flipped, so the first sign can stay fixed. */
function shareOfAll(sizes: readonly number[], atLeast: number): number {
  const ways = 2 ** (sizes.length - 1);
  let asFar = 0;
  for (let way = 0; way < ways; way += 1) {
    let sum = sizes[0] ?? 0;
    for (let index = 1; index < sizes.length; index += 1) {
      const size = sizes[index] as number;
      sum += (way >>> (index - 1)) & 1 ? -size : size;
    }
    if (Math.abs(sum) >= atLeast) asFar += 1;
  }
  return asFar / ways;
}

function randomSum(sizes: readonly number[], random: Random): number {
  let sum = 0;
  let bits = 0;
  for (let index = 0; index < sizes.length; index += 1) {
    if (index % 32 === 0) bits = Math.floor(random.next() * 0x1_0000_0000);
    const size = sizes[index] as number;
    sum += (bits >>> (index % 32)) & 1 ? -size : size;
  }
  return sum;
}
