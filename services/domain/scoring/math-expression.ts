import type { MathJsonExpression } from '@cortex-js/compute-engine/latex-syntax';
import {
  add,
  type Complex,
  divide,
  exponential,
  isFiniteComplex,
  logarithm,
  modulus,
  multiply,
  negate,
  notANumber,
  power,
  real,
} from './complex-number.ts';

/** An expression in LaTeX that has a value wherever its symbols have one. */
export interface MathExpression {
  readonly symbols: ReadonlySet<string>;
  /** Not finite where it has no value. */
  at(numberOf: (symbol: string) => number): Complex;
}

type Evaluate = MathExpression['at'];

/** Longer ones are prose; the bound keeps the parser's work and the recursion small. */
const longestExpression = 300;
/** The parser tries many readings of what many bars may mean. */
const mostBars = 4;
const degree = Math.PI / 180;

const constants: Readonly<Record<string, Complex>> = {
  Pi: real(Math.PI),
  ExponentialE: real(Math.E),
  e: real(Math.E),
  ImaginaryUnit: { re: 0, im: 1 },
  i: { re: 0, im: 1 },
};

const functions: Readonly<Record<string, (first: Complex, second?: Complex) => Complex>> = {
  Negate: negate,
  Divide: (left, right = notANumber) => divide(left, right),
  Rational: (left, right = notANumber) => divide(left, right),
  Subtract: (left, right = notANumber) => add(left, negate(right)),
  Power: (base, exponent = notANumber) => power(base, exponent),
  Sqrt: (value) => power(value, real(0.5)),
  Root: (value, degreeOfRoot = notANumber) => root(value, degreeOfRoot),
  Exp: exponential,
  Ln: logarithm,
  Log: (value, base = real(10)) => divide(logarithm(value), logarithm(base)),
  Lb: (value) => divide(logarithm(value), real(Math.LN2)),
  Lg: (value) => divide(logarithm(value), real(Math.LN10)),
  Abs: (value) => real(modulus(value)),
  Delimiter: (value) => value,
  Degrees: (value) => multiply(value, real(degree)),
  Sin: ofReal(Math.sin),
  Cos: ofReal(Math.cos),
  Tan: ofReal(Math.tan),
  Cot: ofReal((value) => 1 / Math.tan(value)),
  Sec: ofReal((value) => 1 / Math.cos(value)),
  Csc: ofReal((value) => 1 / Math.sin(value)),
  Arcsin: ofReal(Math.asin),
  Arccos: ofReal(Math.acos),
  Arctan: ofReal(Math.atan),
  Floor: ofReal(Math.floor),
  Ceil: ofReal(Math.ceil),
  Factorial: ofReal(factorial),
  Binomial: (whole, part = notANumber) => real(binomial(whole.re, part.re)),
};

/**
 * Reads LaTeX with the parser of compute-engine (docs/decisions/0005 says why only its parser) and evaluates it here: in bounded
 * time, with nothing drawn at random. undefined for what is no expression, or has a function that is not above.
 */
export async function parseMathExpression(latex: string): Promise<MathExpression | undefined> {
  if (latex.trim() === '' || latex.length > longestExpression || countBars(latex) > mostBars) return undefined;
  const tree = (await latexParser()).parse(latex);
  const symbols = new Set<string>();
  const at = tree === null ? undefined : compile(tree, symbols);
  return at && { symbols, at };
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

function compile(tree: MathJsonExpression, symbols: Set<string>): Evaluate | undefined {
  if (typeof tree === 'number') return constant(real(tree));
  if (typeof tree === 'string') return compileSymbol(tree, symbols);
  if (Array.isArray(tree)) return compileCall(tree, symbols);
  // Against its type the parser gives null for some operands that are missing.
  return tree && 'num' in tree ? constant(real(readNumber(tree.num))) : undefined;
}

function compileSymbol(name: string, symbols: Set<string>): Evaluate | undefined {
  if (name.startsWith("'")) return undefined;
  if (Object.hasOwn(constants, name)) return constant(constants[name] ?? notANumber);
  symbols.add(name);
  return (numberOf) => real(numberOf(name));
}

function compileCall([head, ...rest]: readonly MathJsonExpression[], symbols: Set<string>): Evaluate | undefined {
  const operands = rest.map((operand) => compile(operand, symbols));
  if (typeof head !== 'string' || operands.length === 0 || !operands.every((operand) => operand !== undefined)) return undefined;
  if (head === 'Add') return fold(operands, add);
  if (head === 'Multiply' || head === 'InvisibleOperator') return fold(operands, multiply);
  const known = Object.hasOwn(functions, head) ? functions[head] : undefined;
  if (!known || operands.length > 2) return undefined;
  const [first = constant(notANumber), second] = operands;
  return (numberOf) => known(first(numberOf), second?.(numberOf));
}

function fold(operands: readonly Evaluate[], combine: (left: Complex, right: Complex) => Complex): Evaluate {
  return (numberOf) => operands.map((operand) => operand(numberOf)).reduce(combine);
}

function constant(value: Complex): Evaluate {
  return () => value;
}

/** "0.(3)" is a third. */
function readNumber(text: string): number {
  const repeating = /^(-?)(\d*)\.(\d*)\((\d+)\)$/.exec(text);
  if (!repeating) return Number(text);
  const [, sign = '', whole = '', fixed = '', period = ''] = repeating;
  const value = Number(`${whole}.${fixed}`) + Number(period) / (10 ** period.length - 1) / 10 ** fixed.length;
  return sign === '-' ? -value : value;
}

function ofReal(known: (value: number) => number): (value: Complex) => Complex {
  return (value) => (value.im === 0 && isFiniteComplex(value) ? real(known(value.re)) : notANumber);
}

/** The real root of a negative number where the degree is odd. */
function root(value: Complex, degreeOfRoot: Complex): Complex {
  const odd = degreeOfRoot.im === 0 && Math.abs(degreeOfRoot.re % 2) === 1;
  if (odd && value.im === 0 && value.re < 0) return negate(power(negate(value), divide(real(1), degreeOfRoot)));
  return power(value, divide(real(1), degreeOfRoot));
}

function factorial(value: number): number {
  return Number.isInteger(value) && value >= 0 && value <= 170 ? binomialProduct(value, value) : Number.NaN;
}

function binomial(whole: number, part: number): number {
  if (!Number.isInteger(whole) || !Number.isInteger(part) || whole < 0 || part < 0 || whole > 1000) return Number.NaN;
  if (part > whole) return 0;
  const smaller = Math.min(part, whole - part);
  return binomialProduct(whole, smaller) / factorial(smaller);
}

/** whole (whole - 1) … of so many factors. */
function binomialProduct(whole: number, factors: number): number {
  let product = 1;
  for (let factor = 0; factor < factors; factor += 1) product *= whole - factor;
  return product;
}
