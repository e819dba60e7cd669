import type { Random } from '../../domain/ports.ts';
import type { KnownQuery } from '../known-query.ts';
import { pick } from '../pick.ts';
import { nearNumber, numberIn } from './near-number.ts';

/** A wrong answer in LaTeX as a slip would give it: one of its numbers changes, or its parts change places. */
export function nearLatex(right: string, known: KnownQuery, random: Random): string {
  const value = numberIn(right);
  if (value !== undefined) return String(nearNumber(value, known, random));
  const slips = [anotherNumber, anotherNumber, turnedOver, anotherSign].map((slip) => slip(right, random));
  const different = slips.filter((slip) => slip !== right);
  return different.length === 0 ? `${right}+1` : pick(different, random);
}

function anotherNumber(text: string, random: Random): string {
  const numbers = [...text.matchAll(/\d+/g)];
  if (numbers.length === 0) return text;
  const { index, 0: digits } = pick(numbers, random);
  const other = pick([Number(digits) + 1, Math.abs(Number(digits) - 1), Number(digits) * 2 + 1], random);
  return text.slice(0, index) + other + text.slice(index + digits.length);
}

function turnedOver(text: string): string {
  return text.replace(/\\frac\{([^{}]+)\}\{([^{}]+)\}/, '\\frac{$2}{$1}');
}

function anotherSign(text: string): string {
  if (/^\\(?:text|begin)|^[[(]/.test(text)) return text;
  return text.startsWith('-') ? text.slice(1) : `-${text}`;
}
