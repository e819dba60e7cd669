import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Random } from './ports.ts';

/**
 * The stream of random numbers that belongs to a purpose within a run, e.g. ("select-parent", 7). Streams are keyed rather than
 * cut from one sequence, so a run resumed at round 7 needs no cursor, and an extra draw in one place changes nothing elsewhere.
 */
export function randomStream(seed: number, ...purpose: readonly (string | number)[]): Random {
  // Made at the first draw: many streams are offered to methods that never draw, and the digest costs microseconds.
  let made: ReturnType<typeof xoroshiro128plus> | undefined;
  return {
    next: () => {
      made ??= generatorOf(seed, purpose);
      const generator = made;
      // 53 bits from two draws, as Math.random has.
      const high = generator.next() >>> 5;
      const low = generator.next() >>> 6;
      return (high * 0x4000000 + low) / 0x20000000000000;
    },
  };
}

function generatorOf(seed: number, purpose: readonly (string | number)[]): ReturnType<typeof xoroshiro128plus> {
  const digest = sha256(utf8ToBytes(JSON.stringify([seed, ...purpose])));
  return xoroshiro128plus(new DataView(digest.buffer, digest.byteOffset).getInt32(0));
}

/** A uniform integer in [0, below). */
export function randomInteger(random: Random, below: number): number {
  return Math.floor(random.next() * below);
}

/** A standard normal number, by Box and Muller. */
export function randomNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** An index drawn with these probabilities, which need not sum to 1. At least one must be positive. */
export function randomChoice(random: Random, weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw new RangeError('randomChoice needs at least one positive weight');
  let left = random.next() * total;
  let last = 0;
  for (const [index, weight] of weights.entries()) {
    if (weight <= 0) continue;
    if (left < weight) return index;
    left -= weight;
    last = index;
  }
  return last;
}

/** A new array in random order (Fisher-Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const order = [...items];
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = randomInteger(random, index + 1);
    [order[index], order[other]] = [order[other] as T, order[index] as T];
  }
  return order;
}
