import type { Random } from '../../domain/ports.ts';
import type { KnownQuery } from '../known-query.ts';
import { pick } from '../pick.ts';
import { numberIn, numbersOf } from './near-number.ts';

/** A Python program whose solve() comes to an answer, by way of the numbers in the query. It really runs. */
export function computingProgram(answer: string, known: KnownQuery, random: Random): string {
  return ['def solve():', ...linesFor(answer, known, random).map((line) => `    ${line}`)].join('\n');
}

function linesFor(answer: string, known: KnownQuery, random: Random): string[] {
  const value = numberIn(answer);
  const fraction = /^(-?)\\[dt]?frac\{(\d+)\}\{(\d+)\}$/.exec(answer);
  if (fraction) return ['from fractions import Fraction', `return ${fraction[1]}Fraction(${fraction[2]}, ${fraction[3]})`];
  if (value === undefined || !Number.isSafeInteger(Math.round(value))) return [`return ${JSON.stringify(answer)}`];
  const [first = 2, second = 3] = numbersOf(known).filter((number) => number < 10_000);
  const [sign, subtotal] = pick([['+', first + second] as const, ['*', first * second] as const], random);
  const rest = Math.round((value - subtotal) * 1e6) / 1e6;
  const total = Number.isInteger(value) ? 'round(subtotal + rest)' : 'round(subtotal + rest, 6)';
  return [`first, second = ${first}, ${second}`, `subtotal = first ${sign} second`, `rest = ${rest}`, `return ${total}`];
}

/** Ways in which programs of models fail when they run. */
const faults: readonly ((program: string) => string)[] = [
  (program) => program.replace('def solve():', 'import sympy_solver\n\ndef solve():'),
  (program) => program.replace(/return (.*)$/, 'return total_value + $1'),
  (program) => program.replace(/return (.*)$/, 'return ($1'),
  (program) => program.replace('def solve():', 'def solve():\n    ratio = 1 / 0'),
];

/** The program with a fault in it that raises. */
export function failingProgram(program: string, random: Random): string {
  return pick(faults, random)(program);
}
