import { ScaleError } from '../errors/scale-error.ts';

/** An expression in Python's notation as SymPy's `parse_expr` reads it, without features that no answer has been seen to use. */
export interface PythonExpression {
  readonly symbols: ReadonlySet<string>;
  /** NaN if it has no real value. */
  at(numberOf: (symbol: string) => number): number;
}

type Evaluate = PythonExpression['at'];

const token =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<sign>\*\*|\/\/|[-+*/%^!(),]))/uy;
/** Longer ones are prose; the bound keeps the recursion shallow. */
const longestExpression = 500;

const constants: Readonly<Record<string, number>> = { pi: Math.PI, E: Math.E, oo: Number.POSITIVE_INFINITY };
const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: (value, base) => (base === undefined ? Math.log(value) : Math.log(value) / Math.log(base)),
  ln: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  Abs: Math.abs,
  abs: Math.abs,
  factorial,
  Rational: (numerator, denominator = 1) => numerator / denominator,
};
/** Names to which SymPy gives a meaning that is not a number, and Python's keywords. */
const notSymbols = new Set(
  'N O Q S beta gamma zeta Lambda and or not in is if else for lambda True False None def class return import from as'.split(' '),
);

/** undefined for what SymPy would refuse too: LaTeX, prose, "12x". */
export function parsePythonExpression(text: string): PythonExpression | undefined {
  if (text.length > longestExpression) return undefined;
  const tokens = tokensOf(text);
  if (!tokens) return undefined;
  const symbols = new Set<string>();
  try {
    const evaluate = parse(tokens, symbols);
    return { symbols, at: evaluate };
  } catch (error) {
    if (error instanceof NotAnExpressionError) return undefined;
    throw error;
  }
}

class NotAnExpressionError extends ScaleError {
  readonly kind = 'bad-input';
  constructor() {
    super('SymPy would refuse it');
  }
}

interface Token {
  readonly kind: 'number' | 'name' | 'sign';
  readonly text: string;
}

function tokensOf(text: string): Token[] | undefined {
  const found: Token[] = [];
  const whole = text.trim();
  token.lastIndex = 0;
  while (token.lastIndex < whole.length) {
    const { number, name, sign } = token.exec(whole)?.groups ?? {};
    if (number !== undefined) found.push({ kind: 'number', text: number });
    else if (name !== undefined) found.push({ kind: 'name', text: name });
    else if (sign !== undefined) found.push({ kind: 'sign', text: sign });
    else return undefined;
  }
  return found;
}

/** Precedence climbing over Python's grammar: ^ (exclusive or) below sums, then products, signs, powers, factorials. */
function parse(tokens: readonly Token[], symbols: Set<string>): Evaluate {
  let next = 0;
  const takes = (...signs: string[]): string | undefined => {
    const { kind, text } = tokens[next] ?? { kind: 'end', text: '' };
    if (kind !== 'sign' || !signs.includes(text)) return undefined;
    next += 1;
    return text;
  };
  const expect = (sign: string): void => {
    if (takes(sign) === undefined) throw new NotAnExpressionError();
  };
  const chain = (operand: () => Evaluate, ...signs: string[]): Evaluate => {
    let left = operand();
    for (let sign = takes(...signs); sign !== undefined; sign = takes(...signs)) left = combine(sign, left, operand());
    return left;
  };
  const exclusiveOr = (): Evaluate => chain(sum, '^');
  const sum = (): Evaluate => chain(product, '+', '-');
  const product = (): Evaluate => chain(signed, '*', '/', '//', '%');
  const signed = (): Evaluate => {
    const sign = takes('+', '-');
    if (sign === undefined) return power();
    const value = signed();
    return sign === '-' ? (at) => -value(at) : value;
  };
  const power = (): Evaluate => {
    const base = postfixed();
    return takes('**') === undefined ? base : combine('**', base, signed());
  };
  const postfixed = (): Evaluate => {
    let value = atom();
    while (takes('!') !== undefined) value = apply(factorial, [value]);
    return value;
  };
  const atom = (): Evaluate => {
    if (takes('(') !== undefined) {
      const inner = exclusiveOr();
      expect(')');
      return inner;
    }
    const { kind, text } = tokens[next] ?? { kind: 'sign', text: '' };
    next += 1;
    if (kind === 'number') return constant(Number(text));
    if (kind !== 'name') throw new NotAnExpressionError();
    return takes('(') === undefined ? named(text) : call(text);
  };
  const named = (name: string): Evaluate => {
    if (notSymbols.has(name) || Object.hasOwn(functions, name)) throw new NotAnExpressionError();
    if (Object.hasOwn(constants, name)) return constant(constants[name] ?? Number.NaN);
    symbols.add(name);
    return (numberOf) => numberOf(name);
  };
  const call = (name: string): Evaluate => {
    const inner = [exclusiveOr()];
    while (takes(',') !== undefined) inner.push(exclusiveOr());
    expect(')');
    const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (!known) throw new NotAnExpressionError();
    return apply(known, inner);
  };
  const whole = exclusiveOr();
  if (next < tokens.length) throw new NotAnExpressionError();
  return whole;
}

const constant =
  (value: number): Evaluate =>
  () =>
    value;

const apply =
  (known: (...values: number[]) => number, inner: readonly Evaluate[]): Evaluate =>
  (at) =>
    known(...inner.map((value) => value(at)));

const operations: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '//': (left, right) => Math.floor(left / right),
  '%': (left, right) => left - right * Math.floor(left / right),
  '**': (left, right) => left ** right,
  '^': (left, right) => (Number.isInteger(left) && Number.isInteger(right) ? left ^ right : Number.NaN),
};

function combine(sign: string, left: Evaluate, right: Evaluate): Evaluate {
  const operation = operations[sign] ?? (() => Number.NaN);
  return (at) => operation(left(at), right(at));
}

function factorial(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 170) return Number.NaN;
  let result = 1;
  for (let factor = 2; factor <= value; factor += 1) result *= factor;
  return result;
}
