import { type MathExpression, parseMathExpression } from './math-expression.ts';
import { exactly, type MathNumber, whole } from './math-number.ts';
import { isName } from './named-value.ts';
import { allSigns } from './plus-minus.ts';
import { zero } from './rational.ts';
import { at } from './same-expression.ts';
import { isSameNumber, type NumberTo, signOf } from './same-value.ts';
import { braced, bracketed, splitAtCommas, splitBy, tupleOf } from './split-latex.ts';

/** A set of real numbers: intervals and single numbers, in order, none touching another. */
export interface NumberSet {
  readonly pieces: readonly Piece[];
  /** What an inequality or "x \in" is about. */
  readonly about: string | undefined;
  /** "(1, 2)" may be a point as well. */
  readonly sure: boolean;
}

interface Piece {
  readonly low: Bound;
  readonly high: Bound;
}

interface Bound {
  /** Infinite if there is none. */
  readonly value: NumberTo | -1 | 1;
  readonly closed: boolean;
}

/** Answers have fewer; the limit bounds the work. */
const mostPieces = 12;
const everything: Piece = { low: { value: -1, closed: false }, high: { value: 1, closed: false } };

/** undefined unless both texts are sets of numbers, one of them for certain. */
export function isSameNumberSet(answer: string, expected: string): boolean | undefined {
  const [left, right] = [readSet(answer), readSet(expected)];
  if (!left || !right || !(left.sure || right.sure)) return undefined;
  if (left.about !== undefined && right.about !== undefined && left.about !== right.about) return false;
  return (
    left.pieces.length === right.pieces.length && left.pieces.every((piece, index) => isSamePiece(piece, right.pieces[index]))
  );
}

function isSamePiece(left: Piece, right: Piece | undefined): boolean {
  return right !== undefined && isSameBound(left.low, right.low) && isSameBound(left.high, right.high);
}

function isSameBound(left: Bound, right: Bound): boolean {
  return left.closed === right.closed && compareBounds(left, right) === 0;
}

function readSet(text: string): NumberSet | undefined {
  const member = /^([^=,<>]{1,40}?)\\in(?![a-z]) ?(.+)$/s.exec(text);
  if (member && isName(member[1] ?? '')) {
    const set = readSet(member[2] ?? '');
    if (set) return { ...set, about: member[1], sure: true };
  }
  const without = splitBy(text, /\\setminus(?![a-z])|(?<=\}|\))-(?=\\\{)/);
  if (without.parts.length === 2) return difference(readSet(without.parts[0] ?? ''), readSet(without.parts[1] ?? ''));
  return readUnion(text) ?? readOne(text);
}

function readUnion(text: string): NumberSet | undefined {
  const { parts, separators } = splitBy(text, /\\(?:cup|lor|land|cap)(?![a-z])|,/);
  if (parts.length < 2 || parts.length > mostPieces) return undefined;
  const sets: NumberSet[] = [];
  for (const part of parts) {
    const set = readSet(part);
    if (!set) return undefined;
    sets.push(set);
  }
  const abouts = new Set(sets.flatMap((set) => set.about ?? []));
  const inequalities = sets.every((set) => set.about !== undefined);
  // "(1, 2), (3, 4)" is a list of points, and "x > 1, y > 2" is about two quantities.
  if (abouts.size > 1 || (separators.includes(',') && !inequalities)) return undefined;
  const together = separators.every((sign) => sign === '\\cap' || (inequalities && (sign === ',' || sign === '\\land')));
  const common = together ? sets.map((set) => set.pieces).reduce(intersection) : [];
  const pieces = common.length > 0 || separators.includes('\\cap') ? common : union(sets.flatMap((set) => set.pieces));
  return { pieces, about: [...abouts][0], sure: inequalities || !separators.includes('\\land') };
}

/** Parts of the real numbers that have a sign of their own. */
const halves: Readonly<Record<string, string>> = {
  ...{ '\\mathbb{R}^{+}': '(0,\\infty)', '\\mathbb{R}_{>0}': '(0,\\infty)', '\\mathbb{R}_{+}^{*}': '(0,\\infty)' },
  ...{ '\\mathbb{R}^{-}': '(-\\infty,0)', '\\mathbb{R}_{<0}': '(-\\infty,0)', '\\mathbb{R}_{\\ge0}': '[0,\\infty)' },
  ...{ '\\mathbb{R}_{\\le0}': '(-\\infty,0]', '\\mathbb{R}^{*}': 'x\\ne0', '\\mathbb{R}_{\\ne0}': 'x\\ne0' },
};

function readOne(text: string): NumberSet | undefined {
  if (text === '\\emptyset' || text === '\\{\\}') return { pieces: [], about: undefined, sure: true };
  const half = halves[text];
  if (half !== undefined) return readSet(half);
  if (text === '\\mathbb{R}') return { pieces: [everything], about: undefined, sure: true };
  const set = braced(text);
  if (set !== undefined) return readBraces(set);
  const interval = readInterval(text);
  if (interval) return interval;
  const inside = bracketed(text);
  if (inside?.brackets === '()' && /\\cup(?![a-z])/.test(inside.inner)) return readSet(inside.inner);
  return readInequality(text);
}

/** {1, 2} and {x | x > 3}. */
function readBraces(inner: string): NumberSet | undefined {
  const { parts } = splitBy(inner, /[|:]/);
  if (parts.length === 2) return readSet(parts[1] ?? '');
  const values = splitAtCommas(inner).flatMap(allSigns).map(numberOf);
  const pieces = values.flatMap((value) => (value ? [{ low: { value, closed: true }, high: { value, closed: true } }] : []));
  return pieces.length === values.length ? { pieces: union(pieces), about: undefined, sure: false } : undefined;
}

function readInterval(text: string): NumberSet | undefined {
  const tuple = tupleOf(text);
  if (tuple?.parts.length !== 2) return undefined;
  const [low, high] = tuple.parts.map(boundOf);
  if (low === undefined || high === undefined) return undefined;
  const piece: Piece = {
    low: { value: low, closed: tuple.brackets[0] === '[' },
    high: { value: high, closed: tuple.brackets[1] === ']' },
  };
  if (order(low, high) >= 0) return undefined;
  const sure = tuple.brackets !== '()' || typeof low === 'number' || typeof high === 'number';
  return { pieces: [piece], about: undefined, sure };
}

function boundOf(text: string): Bound['value'] | undefined {
  const infinite = /^([+-]?)\\infty$/.exec(text);
  if (infinite) return infinite[1] === '-' ? -1 : 1;
  return numberOf(text);
}

function numberOf(text: string): NumberTo | undefined {
  const expression = parseMathExpression(text);
  return expression?.symbols.size === 0 && signOf(at(expression, {})) !== undefined ? at(expression, {}) : undefined;
}

const inequality = /\\(?:le|ge|ne)(?![a-z])|<|>/;

/** "x < 5", "-2 \le 2x + 1 < 7", "|x| < 3": comparisons about one quantity and linear in it. */
function readInequality(text: string): NumberSet | undefined {
  const { parts, separators } = splitBy(text, inequality);
  if (separators.length === 0 || separators.length > 4) return undefined;
  let pieces: readonly Piece[] = [everything];
  let about: string | undefined;
  for (const [index, sign] of separators.entries()) {
    const one = readComparison(parts[index] ?? '', sign, parts[index + 1] ?? '');
    if (!one || (about !== undefined && one.about !== about)) return undefined;
    about = one.about;
    pieces = intersection(pieces, one.pieces);
  }
  const absolute = /^\\lvert ?(.+?)\\rvert ?$/.exec(about ?? '')?.[1];
  if (absolute !== undefined && isName(absolute)) return { pieces: mirrored(pieces), about: absolute, sure: true };
  return { pieces, about, sure: true };
}

function readComparison(left: string, sign: string, right: string): { about: string; pieces: Piece[] } | undefined {
  if (isName(left) || isName(right)) {
    const bound = boundOf(isName(left) ? right : left);
    if (bound === undefined) return undefined;
    return { about: isName(left) ? left : right, pieces: halfLine(isName(left) ? sign : turned(sign), bound) };
  }
  const [a, b] = [parseMathExpression(left), parseMathExpression(right)];
  const symbols = new Set([...(a?.symbols ?? []), ...(b?.symbols ?? [])]);
  const [about, other] = symbols;
  if (!a || !b || about === undefined || other !== undefined) return undefined;
  const line = linear(a, b, about);
  return line && { about, pieces: halfLine(line.slope > 0 ? sign : turned(sign), line.root) };
}

/** The zero of the difference of two sides, and whether the difference grows, if it is linear. */
function linear(left: MathExpression, right: MathExpression, symbol: string): { slope: -1 | 1; root: NumberTo } | undefined {
  const difference =
    (value: MathNumber): NumberTo =>
    (arithmetic) => {
      const [a, b] = [at(left, { [symbol]: value })(arithmetic), at(right, { [symbol]: value })(arithmetic)];
      return a && b && arithmetic.subtract(a, b);
    };
  const step =
    (from: number, to: number): NumberTo =>
    (arithmetic) => {
      const [a, b] = [difference(whole(from))(arithmetic), difference(whole(to))(arithmetic)];
      return a && b && arithmetic.subtract(b, a);
    };
  const slope = signOf(step(0, 1));
  if (!slope || !isSameNumber(step(0, 1), step(-7, -6)) || !isSameNumber(step(0, 1), step(40, 41))) return undefined;
  const root: NumberTo = (arithmetic) => {
    const [rise, start] = [step(0, 1)(arithmetic), difference(whole(0))(arithmetic)];
    const quotient = rise && start && arithmetic.divide(start, rise);
    return quotient && arithmetic.negate(quotient);
  };
  return { slope, root };
}

function turned(sign: string): string {
  return { '<': '>', '>': '<', '\\le': '\\ge', '\\ge': '\\le' }[sign] ?? sign;
}

function halfLine(sign: string, value: Bound['value']): Piece[] {
  const below: Piece = { low: everything.low, high: { value, closed: sign === '\\le' } };
  const above: Piece = { low: { value, closed: sign === '\\ge' }, high: everything.high };
  if (sign === '\\ne') return [below, above];
  return [sign === '<' || sign === '\\le' ? below : above];
}

function order(left: Bound['value'], right: Bound['value']): number {
  if (typeof left === 'number' || typeof right === 'number') {
    const place = (value: Bound['value']) => (typeof value === 'number' ? value : 0);
    return place(left) - place(right);
  }
  const difference: NumberTo = (arithmetic) => {
    const [a, b] = [left(arithmetic), right(arithmetic)];
    return a && b && arithmetic.subtract(a, b);
  };
  return isSameNumber(left, right) ? 0 : (signOf(difference) ?? 0);
}

function compareBounds(left: Bound, right: Bound): number {
  return order(left.value, right.value);
}

function union(pieces: readonly Piece[]): Piece[] {
  const sorted = [...pieces].sort((a, b) => compareBounds(a.low, b.low) || Number(b.low.closed) - Number(a.low.closed));
  const joined: Piece[] = [];
  for (const piece of sorted) {
    const last = joined.at(-1);
    const gap = last ? compareBounds(piece.low, last.high) : 1;
    if (!last || gap > 0 || (gap === 0 && !piece.low.closed && !last.high.closed)) joined.push(piece);
    else joined[joined.length - 1] = { low: last.low, high: furthest(last.high, piece.high) };
  }
  return joined;
}

function furthest(left: Bound, right: Bound): Bound {
  const difference = compareBounds(left, right);
  if (difference === 0) return left.closed ? left : right;
  return difference > 0 ? left : right;
}

function intersection(left: readonly Piece[], right: readonly Piece[]): Piece[] {
  const common: Piece[] = [];
  for (const a of left) for (const b of right) common.push(...overlap(a, b));
  return union(common);
}

function overlap(left: Piece, right: Piece): Piece[] {
  const lows = compareBounds(left.low, right.low);
  const low = lows === 0 ? (left.low.closed ? right.low : left.low) : lows > 0 ? left.low : right.low;
  const highs = compareBounds(left.high, right.high);
  const high = highs === 0 ? (left.high.closed ? right.high : left.high) : highs < 0 ? left.high : right.high;
  const width = compareBounds(high, low);
  return width > 0 || (width === 0 && low.closed && high.closed) ? [{ low, high }] : [];
}

function difference(from: NumberSet | undefined, less: NumberSet | undefined): NumberSet | undefined {
  if (!from || !less) return undefined;
  const rest = less.pieces.reduce<readonly Piece[]>((left, { low, high }) => {
    const below: Piece = { low: everything.low, high: { value: low.value, closed: !low.closed } };
    const above: Piece = { low: { value: high.value, closed: !high.closed }, high: everything.high };
    return [...(low.value === -1 ? [] : intersection(left, [below])), ...(high.value === 1 ? [] : intersection(left, [above]))];
  }, from.pieces);
  return { pieces: union(rest), about: from.about, sure: true };
}

/** All x whose absolute value is within. */
function mirrored(pieces: readonly Piece[]): Piece[] {
  const start: NumberTo = () => exactly(zero);
  const positive = intersection(pieces, [{ low: { value: start, closed: true }, high: everything.high }]);
  const negative = positive.map(({ low, high }) => ({ low: negated(high), high: negated(low) }));
  return union([...negative, ...positive]);
}

function negated({ value, closed }: Bound): Bound {
  if (typeof value === 'number') return { value: value === 1 ? -1 : 1, closed };
  return {
    closed,
    value: (arithmetic) => {
      const number = value(arithmetic);
      return number && arithmetic.negate(number);
    },
  };
}
