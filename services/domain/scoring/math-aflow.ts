import type { Query } from '../benchmark.ts';
import { parsePythonExpression } from './python-expression.ts';
import type { Scorer } from './scorer.ts';

/**
 * AFlow's rule for MATH as it was when AFlow's published runs were scored (September 2024), which the recorded answers
 * distinguish from its later form: percentages, tuples and matrices were compared part by part. Its defects are kept: a box with
 * two levels of braces inside is not found; LaTeX is never parsed, since the parser that it needed was not installed, so
 * \frac{1}{2} is not 1/2 and not \dfrac{1}{2}; 0.5 is 50 and 0.005, as if each number might be a percentage.
 */
export const mathAflow = {
  name: 'math-aflow',
  description: 'AFlow on MATH: the last box (or sentence), equal as text, as a number within 0.001, or as a Python expression',
  score(answer: string, query: Query) {
    const extracted = extractAnswer(answer);
    return { score: isEqual(extracted, extractAnswer(query.reference)) ? 1 : 0, extracted };
  },
} satisfies Scorer;

const box = /\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}/g;
const sentenceEnd = /(?<!\p{Nd})[.!?]\s+/u;
const bracketed = /^[([].+[)\]]/;
const matrixStart = /^\\begin\{[pb]matrix\}/;
const matrixEnd = /\\end\{[pb]matrix\}$/;
/** SymPy would prove it; for what people write, agreement at these three points is just as good. */
const points = [0.7390851332, 1.9021605831, 3.3598856662] as const;

function extractAnswer(text: string): string {
  const boxed = [...text.matchAll(box)].at(-1)?.[1];
  if (boxed !== undefined) return boxed.trim();
  const sentences = text.split(sentenceEnd).map((sentence) => sentence.trim());
  return sentences.findLast((sentence) => sentence !== '') ?? '';
}

function isEqual(answer: string, reference: string): boolean {
  if (answer === reference) return true;
  const numbers = [readNumber(answer), readNumber(reference)] as const;
  if (numbers[0] !== undefined && numbers[1] !== undefined) return isSameOrPercentage(numbers[0], numbers[1]);
  if (answer === '') return false;
  const [left, right] = [answer.trim(), reference.trim()];
  return isSameTuple(left, right) || isSameMatrix(left, right) || isSameEquation(left, right) || isSameExpression(left, right);
}

function isSameOrPercentage(answer: number, reference: number): boolean {
  return [reference / 100, reference, reference * 100].some((value) => isClose(value, answer));
}

/** Python's math.isclose with AFlow's tolerance. */
function isClose(left: number, right: number): boolean {
  if (left === right) return true;
  if (!Number.isFinite(left) || !Number.isFinite(right)) return false;
  return Math.abs(left - right) <= Math.max(1e-9 * Math.max(Math.abs(left), Math.abs(right)), 1e-3);
}

/** Commas are dropped wherever they are; a percent sign divides by 100. */
function readNumber(text: string): number | undefined {
  const bare = text.replaceAll(',', '');
  const whole = pythonFloat(bare);
  if (whole !== undefined || !bare.endsWith('%')) return whole;
  const share = pythonFloat(bare.replace(/\\?%$/, ''));
  return share === undefined ? undefined : share / 100;
}

/** What Python's float() accepts. */
function pythonFloat(text: string): number | undefined {
  const bare = text.trim().toLowerCase();
  const special = /^([-+]?)(inf|infinity|nan)$/.exec(bare);
  if (special) return special[2] === 'nan' ? Number.NaN : Number(`${special[1]}Infinity`);
  if (!/^[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[-+]?\d+(?:_\d+)*)?$/.test(bare)) return undefined;
  return Number(bare.replaceAll('_', ''));
}

function areSameParts(answer: string, reference: string, separator: string): boolean {
  const parts = answer.split(separator);
  const expected = reference.split(separator);
  return parts.length === expected.length && parts.every((part, index) => isEqual(part, expected[index] ?? ''));
}

/** The kinds of brackets do not matter, nor does what follows the last one. */
function isSameTuple(answer: string, reference: string): boolean {
  return bracketed.test(answer) && bracketed.test(reference) && areSameParts(answer.slice(1, -1), reference.slice(1, -1), ',');
}

function isSameMatrix(answer: string, reference: string): boolean {
  const [rows, expected] = [matrixRows(answer), matrixRows(reference)];
  if (!rows || !expected || rows.length !== expected.length) return false;
  return rows.every((row, index) => areSameParts(row, expected[index] ?? '', '&'));
}

function matrixRows(text: string): string[] | undefined {
  if (!matrixStart.test(text) || !matrixEnd.test(text)) return undefined;
  const rows = text.replace(matrixStart, '').replace(matrixEnd, '').split('\\\\');
  return rows.map((row) => row.trim()).filter((row) => row !== '');
}

/** "x = 5" is 5, and two equations are the same if one side minus the other is, up to its sign. */
function isSameEquation(answer: string, reference: string): boolean {
  const [sides, expected] = [answer.split('='), reference.split('=')];
  if (sides.length === 2 && expected.length === 2) {
    const [left, right] = [difference(sides), difference(expected)];
    return isSameExpression(left, right) || isSameExpression(`-(${left})`, right);
  }
  if (isNamed(sides) && expected.length === 1) return isEqual(sides[1] ?? '', reference);
  if (isNamed(expected) && sides.length === 1) return isEqual(answer, expected[1] ?? '');
  return false;
}

function isNamed(sides: readonly string[]): boolean {
  return sides.length === 2 && (sides[0] ?? '').trim().length <= 2;
}

function difference([left = '', right = '']: readonly string[]): string {
  return `${left.trim()} - (${right.trim()})`;
}

function isSameExpression(answer: string, reference: string): boolean {
  const [left, right] = [parsePythonExpression(answer), parsePythonExpression(reference)];
  if (!left || !right) return false;
  const names = [...left.symbols, ...right.symbols].sort();
  if (names.length === 0) return isClose(left.at(noSymbol), right.at(noSymbol));
  return points.every((point) => {
    const numberOf = (symbol: string) => point + names.indexOf(symbol) / 7;
    const [a, b] = [left.at(numberOf), right.at(numberOf)];
    return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
  });
}

function noSymbol(): number {
  return Number.NaN;
}
