import { type MathExpression, parseMathExpression } from './math-expression.ts';
import { isName, namedValueOf, sidesOf } from './named-value.ts';
import { isMultiple } from './same-expression.ts';
import { areSame, type Same } from './same-parts.ts';
import { isTime } from './same-time.ts';
import { splitBy } from './split-latex.ts';

/** 11:21, part by part or in proportion; a ratio of two is their quotient. An hour (5:30) is neither. */
export function isSameRatio(answer: string, expected: string, same: Same): boolean | undefined {
  const [left, right] = [ratioOf(answer), ratioOf(expected)];
  if (left.length === 1 && right.length === 1) return undefined;
  if (left.length === right.length && areSame(left, right, same)) return true;
  if (isTime(namedValueOf(expected)?.value ?? expected)) return false;
  // 3:2 is 6:4 and 3/2.
  if (left.length === right.length) {
    const [first = '', wanted = ''] = [left[0], right[0]];
    const scaled = (parts: readonly string[], factor: string) => parts.slice(1).map((part) => `(${part})\\cdot (${factor})`);
    return areSame(scaled(left, wanted), scaled(right, first), same);
  }
  const quotient = (parts: readonly string[], text: string) => (parts.length === 2 ? `\\frac{${parts[0]}}{${parts[1]}}` : text);
  return Math.max(left.length, right.length) === 2 && same(quotient(left, answer), quotient(right, expected));
}

function ratioOf(text: string): string[] {
  return splitBy(namedValueOf(text)?.value ?? text, /:/).parts;
}

/** "x = 5" is 5; two equations are the same if one is a multiple of the other; inequalities side by side. */
export function isSameRelation(answer: string, expected: string, same: Same): boolean | undefined {
  const compared = isSameComparison(answer, expected, same);
  if (compared !== undefined) return compared;
  const [left, right] = [memberOf(answer), memberOf(expected)];
  if (left !== answer || right !== expected) return same(left, right);
  const [sides, wanted] = [sidesOf(answer), sidesOf(expected)];
  if (sides.length === 1 && wanted.length === 1) return undefined;
  if (wanted.length === 2 && sides.length === 2 && isSameEquation(sides, wanted)) return true;
  const [named, wantedName] = [namedValueOf(answer), namedValueOf(expected)];
  if (wanted.length > 1 && !wantedName) return false;
  return same(named?.value ?? valueOfSides(sides), wantedName?.value ?? expected);
}

/** "2 + 3 = 5" gives 5, and "x + 2 = 0" is about x + 2. */
function valueOfSides(sides: readonly string[]): string {
  const last = sides.at(-1) ?? '';
  return last === '0' && sides.length === 2 ? (sides[0] ?? '') : last;
}

/** Without "x \in". */
function memberOf(text: string): string {
  const member = /^([^=,<>]{1,40}?)\\in(?![a-z]) ?(.+)$/s.exec(text);
  return member && isName(member[1] ?? '') ? (member[2] ?? '') : text;
}

function isSameEquation(sides: readonly string[], expected: readonly string[]): boolean {
  const [left, right] = [differenceOf(sides), differenceOf(expected)];
  return left !== undefined && right !== undefined && isMultiple(left, right);
}

function differenceOf([left = '', right = '']: readonly string[]): MathExpression | undefined {
  return parseMathExpression(right === '0' ? left : `(${left})-(${right})`);
}

const inequality = /\\(?:le|ge|ne)(?![a-z]) ?|<|>/;

/** Chains such as f(2) < f(1) < f(4), in either direction. */
function isSameComparison(answer: string, expected: string, same: Same): boolean | undefined {
  const [left, right] = [splitBy(answer, inequality), splitBy(expected, inequality)];
  if (left.separators.length === 0 && right.separators.length === 0) return undefined;
  const signs = left.separators.map((sign) => sign.trim());
  const wanted = right.separators.map((sign) => sign.trim());
  if (signs.join() === wanted.join() && areSame(left.parts, right.parts, same)) return true;
  const turned = signs.map((sign) => opposites[sign] ?? sign).reverse();
  if (turned.join() !== wanted.join()) return false;
  return areSame([...left.parts].reverse(), right.parts, same);
}

const opposites: Readonly<Record<string, string>> = { '<': '>', '>': '<', '\\le': '\\ge', '\\ge': '\\le' };
