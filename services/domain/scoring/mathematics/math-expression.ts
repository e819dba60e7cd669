import type { MathJsonExpression } from '@cortex-js/compute-engine/latex-syntax';
import { withBracketedArguments } from './function-arguments.ts';
import { mathFunctions } from './math-functions.ts';
import { type Arithmetic, exactly, type MathNumber, type Perhaps, whole } from './math-number.ts';
import { isZero, readDecimal } from './rational.ts';

/** An expression in LaTeX that has a value wherever its symbols have one. */
export interface MathExpression {
  readonly symbols: ReadonlySet<string>;
  /** Whether it writes the imaginary unit, so that no value of it need be real. */
  readonly complex: boolean;
  /** Its decimal of ten digits or more that has the fewest, which may be a rounded one. */
  readonly rounded: RoundedDecimal | undefined;
  at(place: Place): Perhaps;
}

export interface RoundedDecimal {
  /** From the first that is not 0. */
  readonly digits: number;
  /** Those behind the point, if it is all of the expression but for a sign. */
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

/** Longer ones are prose; the bound keeps the parser's work and the recursion small. */
const longestExpression = 300;
/** The parser tries many readings of what many bars may mean. */
const mostBars = 4;
/** Decimals from so many digits on may be roundings of what no decimal writes exactly. */
const fewestRoundedDigits = 10;

/**
 * Reads LaTeX with the parser of compute-engine (docs/decisions/0005 says why only its parser) and evaluates it here: in bounded
 * time, with nothing drawn at random. undefined for what is no expression, or has a function that `mathFunctions` lacks.
 */
export async function parseMathExpression(latex: string): Promise<MathExpression | undefined> {
  const known = parsed.get(latex);
  if (known || parsed.has(latex)) return known;
  const expression = await parse(latex);
  if (parsed.size >= mostParsed) parsed.clear();
  parsed.set(latex, expression);
  return expression;
}

/** The parts of one list are compared with all of another. */
const parsed = new Map<string, MathExpression | undefined>();
const mostParsed = 200;

async function parse(latex: string): Promise<MathExpression | undefined> {
  if (latex.trim() === '' || latex.length > longestExpression || countBars(latex) > mostBars) return undefined;
  // The parser takes "2 5" for 25.
  if (/[\d.] [\d.]/.test(latex)) return undefined;
  const tree = (await latexParser()).parse(withBracketedArguments(latex));
  const reading: Reading = { symbols: new Set(), complex: false, rounded: undefined };
  const at = tree === null ? undefined : compile(tree, reading);
  const alone = /^-?\d*\.(\d+)$/.exec(latex)?.[1]?.length;
  const rounded = reading.rounded && { ...reading.rounded, places: alone };
  return at && { ...reading, rounded, at };
}

/** Loaded when the first expression is scored, not whenever a command starts. */
async function latexParser() {
  parser ??= import('@cortex-js/compute-engine/latex-syntax').then(
    ({ LatexSyntax, CORE_DICTIONARY, SYMBOLS_DICTIONARY, ALGEBRA_DICTIONARY, ARITHMETIC_DICTIONARY, TRIGONOMETRY_DICTIONARY }) =>
      new LatexSyntax({
        dictionary: [
          ...CORE_DICTIONARY,
          ...SYMBOLS_DICTIONARY,
          ...ALGEBRA_DICTIONARY,
          ...ARITHMETIC_DICTIONARY,
          ...TRIGONOMETRY_DICTIONARY,
        ],
      }),
  );
  return parser;
}
let parser: Promise<{ parse(latex: string): MathJsonExpression | null }> | undefined;

function countBars(latex: string): number {
  return latex.match(/\||\\[lr]?vert(?![a-z])/gi)?.length ?? 0;
}

function compile(tree: MathJsonExpression, reading: Reading): Evaluate | undefined {
  if (typeof tree === 'number') return compileNumber(String(tree), reading);
  if (typeof tree === 'string') return compileSymbol(tree, reading);
  if (Array.isArray(tree)) return compileCall(tree, reading);
  // Against its type the parser gives null for some operands that are missing.
  return tree && 'num' in tree ? compileNumber(tree.num, reading) : undefined;
}

function compileNumber(text: string, reading: Reading): Evaluate | undefined {
  const value = exactly(readDecimal(text));
  const digits = /^-?[\d.]*\.\d+/.exec(text)?.[0].replace(/\D|^\D*0\.?0*/g, '').length ?? 0;
  if (digits >= fewestRoundedDigits && digits <= (reading.rounded?.digits ?? digits)) {
    reading.rounded = { digits, places: undefined };
  }
  return value && (() => value);
}

function compileSymbol(name: string, reading: Reading): Evaluate | undefined {
  if (name === 'Pi') return ({ arithmetic }) => arithmetic.pi;
  if (name === 'ExponentialE' || name === 'e') return ({ arithmetic }) => arithmetic.e;
  if (name === 'ImaginaryUnit' || name === 'i') {
    reading.complex = true;
    return ({ arithmetic }) => arithmetic.imaginaryUnit;
  }
  // A text, an ellipsis, and the argument that the parser makes up for \log_{23}.
  if (name.startsWith("'") || name === 'ContinuationPlaceholder' || name === 'topic_marker') return undefined;
  reading.symbols.add(name);
  return ({ numberOf }) => numberOf(name);
}

function compileCall([head, ...rest]: readonly MathJsonExpression[], reading: Reading): Evaluate | undefined {
  if (typeof head !== 'string') return undefined;
  // What follows is the brackets' kind.
  if (head === 'Delimiter') return rest[0] === undefined ? undefined : compile(rest[0], reading);
  if (head === 'Multiply' || head === 'InvisibleOperator') return compileProduct(rest, reading);
  const operands = compileAll(rest, reading);
  if (!operands) return undefined;
  if (head === 'Add') return fold(operands, (place, left, right) => place.arithmetic.add(left, right));
  // The parser takes N(N - 1) for a function N.
  if (/^[A-Z](?:_\w+)?$/.test(head) && operands.length === 1) return compileProduct([head, ...rest], reading);
  const known = Object.hasOwn(mathFunctions, head) ? mathFunctions[head] : undefined;
  if (!known || operands.length > 2) return undefined;
  const [first, second] = operands;
  return (place) => {
    const [a, b] = [first?.(place), second?.(place)];
    return a && (b || !second) ? watched(place, known(place.arithmetic, a, b)) : undefined;
  };
}

function compileAll(trees: readonly MathJsonExpression[], reading: Reading): Evaluate[] | undefined {
  const operands = trees.map((tree) => compile(tree, reading));
  return operands.length > 0 && operands.every((operand) => operand !== undefined) ? operands : undefined;
}

/** f(x) is a function's value, though the parser gives a product. */
function compileProduct(trees: readonly MathJsonExpression[], reading: Reading): Evaluate | undefined {
  const factors: MathJsonExpression[] = [];
  const values: Evaluate[] = [];
  for (const [index, tree] of trees.entries()) {
    const argument = trees[index + 1];
    if (tree === 'f' && argument !== undefined && isBracket(argument)) {
      const value = compile(argument, reading);
      if (!value) return undefined;
      values.push(ofUnknownFunction(value));
    } else if (!(trees[index - 1] === 'f' && isBracket(tree))) factors.push(tree);
  }
  const compiled = factors.length === 0 ? [] : compileAll(factors, reading);
  return compiled && fold([...compiled, ...values], (place, left, right) => place.arithmetic.multiply(left, right));
}

function isBracket(tree: MathJsonExpression | undefined): boolean {
  return Array.isArray(tree) && tree[0] === 'Delimiter';
}

/** Some function: the same for the same argument, and without the laws that a factor has. */
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
