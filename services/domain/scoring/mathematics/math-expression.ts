import { mathFunctions } from './math-functions.ts';
import { type Arithmetic, exactly, type MathNumber, type Perhaps, whole } from './math-number.ts';
import { type MathCall, type MathTree, parseLatex } from './parse-latex.ts';
import { isZero, readDecimal } from './rational.ts';

/** An expression in LaTeX that has a value whenever its symbols do. */
export interface MathExpression {
  readonly symbols: ReadonlySet<string>;
  /** Whether it contains the imaginary unit, so that its values need not be real. */
  readonly complex: boolean;
  /** Its decimal of ten digits or more that has the fewest, which may be a rounded one. */
  readonly rounded: RoundedDecimal | undefined;
  at(place: Place): Perhaps;
}

export interface RoundedDecimal {
  /** Counted from the first that is not 0. */
  readonly digits: number;
  /** Those after the point, if it is the whole expression except for a sign. */
  readonly places: number | undefined;
}

/** Where an expression is evaluated, and how exactly. */
export interface Place {
  readonly arithmetic: Arithmetic;
  numberOf(symbol: string): MathNumber;
  /** Set when a part of an expression had no real value. */
  leftTheReals?: boolean;
}

type Evaluate = MathExpression['at'];

interface Reading {
  readonly symbols: Set<string>;
  complex: boolean;
  rounded: RoundedDecimal | undefined;
}

/** Longer ones are prose; the limit bounds the recursion. */
const longestExpression = 300;
/** Decimals with at least this many digits may be roundings of what no decimal can express exactly. */
const fewestRoundedDigits = 10;

/** Reads what `plainLatex` has spelt. undefined for what is no expression, or has a function that `mathFunctions` lacks. */
export function parseMathExpression(latex: string): MathExpression | undefined {
  const known = parsed.get(latex);
  if (known || parsed.has(latex)) return known;
  const expression = latex.length > longestExpression ? undefined : parse(latex);
  if (parsed.size >= mostParsed) parsed.clear();
  parsed.set(latex, expression);
  return expression;
}

/** The parts of one list are compared with all of another. */
const parsed = new Map<string, MathExpression | undefined>();
const mostParsed = 200;

function parse(latex: string): MathExpression | undefined {
  const tree = parseLatex(latex);
  const reading: Reading = { symbols: new Set(), complex: false, rounded: undefined };
  const at = tree && compile(tree, reading);
  const alone = /^-?\d*\.(\d+)$/.exec(latex)?.[1]?.length;
  const rounded = reading.rounded && { ...reading.rounded, places: alone };
  return at && { ...reading, rounded, at };
}

function compile(tree: MathTree, reading: Reading): Evaluate | undefined {
  if ('number' in tree) return compileNumber(tree.number, reading);
  return 'symbol' in tree ? compileSymbol(tree.symbol, reading) : compileCall(tree, reading);
}

function compileNumber(text: string, reading: Reading): Evaluate | undefined {
  const value = exactly(readDecimal(text));
  const digits = /^[\d.]*\.\d+/.exec(text)?.[0].replace(/\D|^\D*0\.?0*/g, '').length ?? 0;
  if (digits >= fewestRoundedDigits && digits <= (reading.rounded?.digits ?? digits)) {
    reading.rounded = { digits, places: undefined };
  }
  return value && (() => value);
}

function compileSymbol(name: string, reading: Reading): Evaluate {
  if (name === '\\pi') return ({ arithmetic }) => arithmetic.pi;
  if (name === 'e') return ({ arithmetic }) => arithmetic.e;
  if (name === 'i') {
    reading.complex = true;
    return ({ arithmetic }) => arithmetic.imaginaryUnit;
  }
  reading.symbols.add(name);
  return ({ numberOf }) => numberOf(name);
}

function compileCall({ call, operands: trees }: MathCall, reading: Reading): Evaluate | undefined {
  const operands = trees.map((tree) => compile(tree, reading));
  const [first, second] = operands;
  if (!first || !operands.every((operand) => operand !== undefined)) return undefined;
  if (call === 'Add') return fold(operands, ({ arithmetic }, left, right) => arithmetic.add(left, right));
  if (call === 'Multiply') return fold(operands, ({ arithmetic }, left, right) => arithmetic.multiply(left, right));
  if (call === 'Unknown') return ofUnknownFunction(first);
  const known = mathFunctions[call];
  if (!known) return undefined;
  return (place) => {
    const [a, b] = [first(place), second?.(place)];
    return a && (b || !second) ? watched(place, known(place.arithmetic, a, b)) : undefined;
  };
}

/** An unknown function: the same for the same argument, and without the laws that a factor obeys. */
function ofUnknownFunction(argument: Evaluate): Evaluate {
  return (place) => {
    const { add, multiply, divide } = place.arithmetic;
    const x = argument(place);
    const square = x && multiply(x, x);
    const cube = square && multiply(square, x);
    const top = cube && add(cube, whole(7));
    const bottom = square && add(square, whole(3));
    return top && bottom && divide(top, bottom);
  };
}

function fold(operands: readonly Evaluate[], combine: (place: Place, left: MathNumber, right: MathNumber) => Perhaps): Evaluate {
  return (place) => {
    const [first, ...others] = operands.map((operand) => operand(place));
    let result = first;
    for (const other of others) result = result && other && combine(place, result, other);
    return result;
  };
}

function watched(place: Place, value: Perhaps): Perhaps {
  const real = !value || (value.exact ? isZero(value.im) : place.arithmetic.realOf(value) !== undefined);
  if (!real) place.leftTheReals = true;
  return value;
}
