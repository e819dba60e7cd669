import type { Random } from '../../domain/ports.ts';
import { type KnownQuery, mainText } from '../known-query.ts';
import { pick } from '../pick.ts';

/** A number that a slip might give instead of the right one. */
export function nearNumber(value: number, known: KnownQuery, random: Random): number {
  const slip = pick(
    [
      value + 1,
      value - 1,
      value * 2,
      value / 2,
      value + 10,
      value * 1.1,
      value + mentioned(known, random),
      Math.abs(value - mentioned(known, random)),
    ],
    random,
  );
  const rounded = Number.isInteger(value) ? Math.round(slip) : Math.round(slip * 100) / 100;
  return rounded === value ? value + 2 : rounded;
}

/** The number that a text is, undefined if it is none. */
export function numberIn(text: string): number | undefined {
  const plain = text.trim().replace(/^\$/, '').replaceAll(',', '');
  return /^-?\d*\.?\d+$/.test(plain) ? Number(plain) : undefined;
}

/** Positive numbers that the query mentions. */
export function numbersOf(known: KnownQuery): number[] {
  return (mainText(known).match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
}

function mentioned(known: KnownQuery, random: Random): number {
  const numbers = numbersOf(known);
  return numbers.length === 0 ? 3 : pick(numbers, random);
}
