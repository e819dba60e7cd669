import { add, type Complex, divide, isFiniteComplex, modulus, negate } from './complex-number.ts';
import { type MathExpression, parseMathExpression } from './math-expression.ts';
import { plainLatex } from './plain-latex.ts';
import { bracketed, matrixRows, splitOutside } from './split-latex.ts';

/** Answers have fewer parts; it bounds the work. */
const mostParts = 30;
/** Expressions that agree at these points are the same for what people write. */
const points = [0.7390851332, 1.9021605831, 3.3598856662] as const;
const based = /^(-?[0-9A-Z.]+)_(?:\{(\d+)\}|(\d+))$/i;
const separated = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
/** "x", "x_1", "f(x)", "(x, y)", "m\angle B": what an answer may call its value. */
const valueName = /^(?:[a-z]+ ?)?(?:\\?[a-z]+(?:_\{?\w+\}?)?'?)?(?:\([a-z\\, ]+\))?$/i;

/** Longer ones are prose. */
const longestAnswer = 1_000;

/** Whether two answers in LaTeX mean the same. Never throws; the time is bounded, whatever the answer is. */
export async function isSameMath(answer: string, expected: string): Promise<boolean> {
  return answer.length <= longestAnswer && (await isSame(exactPart(answer), exactPart(expected)));
}

/** Without "x \in", and without what the value is about. */
function exactPart(text: string): string {
  const parts = plainLatex(text).split('\\approx');
  const exact = parts.find((part) => part.trim() !== '') ?? '';
  return exact.replace(/^[^=,]*\\in(?![a-z])/, '').trim();
}

async function isSame(answer: string, expected: string): Promise<boolean> {
  if (sameText(answer, expected)) return true;
  if (answer === '' || expected === '') return false;
  if (separated.test(answer) || separated.test(expected)) {
    const [left, right] = [withoutSeparators(answer), withoutSeparators(expected)];
    if (await isSameValue(left, right)) return true;
  }
  for (const compare of [isSameMatrix, isSameTuple, isSameList, isSameEquation]) {
    const same = await compare(answer, expected);
    if (same !== undefined) return same;
  }
  return isSameInBase(answer, expected) ?? (await isSameValue(answer, expected));
}

function sameText(answer: string, expected: string): boolean {
  return bareText(answer) === bareText(expected);
}

/** "(A)" is "a". */
function bareText(text: string): string {
  return text
    .replace(/[\s{}]/g, '')
    .replace(/^\(([a-z])\)$/i, '$1')
    .toLowerCase();
}

function withoutSeparators(text: string): string {
  return separated.test(text) ? text.replaceAll(',', '') : text;
}

/** Each comparison is undefined where it does not apply. */
type Comparison = Promise<boolean | undefined>;

/** "x = 5" is 5; two equations are the same if one is a multiple of the other. */
async function isSameEquation(answer: string, expected: string): Comparison {
  const [sides, wanted] = [splitOutside(answer, '='), splitOutside(expected, '=')];
  if (sides.length === 1 && wanted.length === 1) return undefined;
  const [name = '', value = ''] = wanted;
  if (wanted.length === 2 && sides.length === 2 && (await isMultiple(sides, wanted))) return true;
  const named = wanted.length === 2 && valueName.test(name.trim());
  if (wanted.length > 1 && !named) return false;
  return isSame(sideWithValue(sides), named ? value.trim() : expected);
}

/** "2 + 3 = 5" gives 5, and "x + 2 = 0" is about x + 2. */
function sideWithValue(sides: readonly string[]): string {
  const last = (sides.at(-1) ?? '').trim();
  return last === '0' && sides.length === 2 ? (sides[0] ?? '').trim() : last;
}

async function isMultiple(sides: readonly string[], expected: readonly string[]): Promise<boolean> {
  const [left, right] = await Promise.all([differenceOf(sides), differenceOf(expected)]);
  if (!left || !right) return false;
  const ratios = valuesOf([left, right]).map(([a, b]) => divide(a, b));
  const [first] = ratios;
  return first !== undefined && modulus(first) > 0 && ratios.every((ratio) => isClose(ratio, first));
}

async function differenceOf([left = '', right = '']: readonly string[]): Promise<MathExpression | undefined> {
  const [a, b] = [await parseMathExpression(left), await parseMathExpression(right)];
  if (!a || !b) return undefined;
  return { symbols: new Set([...a.symbols, ...b.symbols]), at: (of) => add(a.at(of), negate(b.at(of))) };
}

/** A column or a row may also be written as a tuple. */
async function isSameMatrix(answer: string, expected: string): Comparison {
  const [rows, wanted] = [matrixRows(answer), matrixRows(expected)];
  if (!rows && !wanted) return undefined;
  if (rows && wanted) {
    const shape = rows.map((row) => row.length).join() === wanted.map((row) => row.length).join();
    return shape && areSame(rows.flat(), wanted.flat());
  }
  const line = lineOf(rows ?? wanted ?? []);
  const tuple = bracketed(rows ? expected : answer)?.parts;
  return line !== undefined && tuple !== undefined && areSame(line, tuple);
}

function lineOf(rows: readonly string[][]): string[] | undefined {
  return rows.length === 1 || rows.every((row) => row.length === 1) ? rows.flat() : undefined;
}

/** In order. Square brackets are those of intervals, and matter. */
async function isSameTuple(answer: string, expected: string): Comparison {
  const [left, right] = [bracketed(answer), bracketed(expected)];
  if (!left && !right) return undefined;
  if (left && right) return left.brackets === right.brackets && areSame(left.parts, right.parts);
  const [tuple, list] = left ? [left, expected] : [right, answer];
  const parts = splitOutside(list, ',');
  if (parts.length === 1) return undefined;
  return tuple?.brackets === '()' && areSame(tuple.parts, parts);
}

async function areSame(answers: readonly string[], expected: readonly string[]): Promise<boolean> {
  if (answers.length !== expected.length || answers.length > mostParts) return false;
  for (const [index, answer] of answers.entries()) {
    if (!(await isSame(answer.trim(), (expected[index] ?? '').trim()))) return false;
  }
  return true;
}

/** In any order, with or without braces; "3 \pm 2" is two values, and a union of intervals a list of them. */
async function isSameList(answer: string, expected: string): Comparison {
  const [parts, wanted] = [listOf(answer), listOf(expected)];
  if (parts.length === 1 && wanted.length === 1) return undefined;
  if (parts.length !== wanted.length || parts.length > mostParts) return false;
  const left = [...wanted];
  for (const part of parts) {
    let found = -1;
    for (let index = 0; index < left.length && found < 0; index += 1) {
      if (await isSame(part, left[index] ?? '')) found = index;
    }
    if (found < 0) return false;
    left.splice(found, 1);
  }
  return true;
}

function listOf(text: string): string[] {
  const inner = /^\\\{(.*)\\\}$/s.exec(text)?.[1] ?? text;
  return splitOutside(inner.replaceAll(/\\cup(?![a-z])|;|(?<![a-z\\])(?:and|or)(?![a-z])/g, ','), ',')
    .flatMap((part) => (part.includes('\\pm') ? [part.replaceAll('\\pm', '+'), part.replaceAll('\\pm', '-')] : [part]))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Digits in a base: the base may be left out, since the question names it. */
function isSameInBase(answer: string, expected: string): boolean | undefined {
  const [left, right] = [based.exec(answer), based.exec(expected)];
  if (!left && !right) return undefined;
  const [digits, base] = [left?.[1] ?? answer, left?.[2] ?? left?.[3]];
  const [wantedDigits, wantedBase] = [right?.[1] ?? expected, right?.[2] ?? right?.[3]];
  return digits === wantedDigits && (base === undefined || wantedBase === undefined || base === wantedBase);
}

/** 75% is 75 and 0.75. */
async function isSameValue(answer: string, expected: string): Promise<boolean> {
  const [left, right] = [percentOf(answer), percentOf(expected)];
  if (bothWhole(left.text, right.text)) {
    if (BigInt(left.text) === BigInt(right.text)) return true;
    if (left.percent === right.percent) return false;
  }
  const [a, b] = [await parseMathExpression(left.text), await parseMathExpression(right.text)];
  if (!a || !b) return false;
  const values = valuesOf([a, b]);
  const shares = [1, ...(left.percent && !right.percent ? [0.01] : []), ...(right.percent && !left.percent ? [100] : [])];
  return shares.some((share) => values.every(([x, y]) => isClose({ re: x.re * share, im: x.im * share }, y)));
}

function percentOf(text: string): { text: string; percent: boolean } {
  const bare = text.replace(/\s*\\?%$/, '');
  return { text: bare, percent: bare !== text };
}

function bothWhole(answer: string, expected: string): boolean {
  return [answer, expected].every((text) => /^-?\d{1,400}$/.test(text));
}

function valuesOf([left, right]: readonly [MathExpression, MathExpression]): (readonly [Complex, Complex])[] {
  const names = [...new Set([...left.symbols, ...right.symbols])].sort();
  return (names.length === 0 ? [0] : points).map((point) => {
    const numberOf = (symbol: string) => point + names.indexOf(symbol) / 7;
    return [left.at(numberOf), right.at(numberOf)];
  });
}

/** Nearer than rounding to ten digits would leave them; what vanishes by cancellation is 0. */
function isClose(left: Complex, right: Complex): boolean {
  if (!isFiniteComplex(left) || !isFiniteComplex(right)) return false;
  const sizes = [modulus(left), modulus(right)];
  return modulus(add(left, negate(right))) <= Math.max(1e-9 * Math.max(...sizes), 1e-14);
}
