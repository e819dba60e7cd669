/** A number in decimals, a symbol by its name in LaTeX, or a function by the name that `mathFunctions` has for it. */
export type MathTree = { readonly number: string } | { readonly symbol: string } | MathCall;

export interface MathCall {
  readonly call: string;
  readonly operands: readonly MathTree[];
}

const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:\\overline\{\d+\}|[eE][+-]?\d+)?/y;
const command = /\\[a-zA-Z]+ ?/y;

/** Functions of one value, whose argument needs no brackets. */
const prefixes: Readonly<Record<string, string>> = {
  '\\sin': 'Sin',
  '\\cos': 'Cos',
  '\\tan': 'Tan',
  '\\cot': 'Cot',
  '\\sec': 'Sec',
  '\\csc': 'Csc',
  '\\arcsin': 'Arcsin',
  '\\arccos': 'Arccos',
  '\\arctan': 'Arctan',
  '\\sinh': 'Sinh',
  '\\cosh': 'Cosh',
  '\\tanh': 'Tanh',
  '\\ln': 'Ln',
  '\\log': 'Log',
  '\\exp': 'Exp',
};
/** Functions of two values in brackets. */
const pairs: Readonly<Record<string, string>> = { '\\max': 'Max', '\\min': 'Min', '\\gcd': 'GCD', '\\lcm': 'LCM' };
/** The opening sign, the closing sign, and what they make of the value inside. */
const brackets: Readonly<Record<string, readonly [close: string, call: string | undefined]>> = {
  '(': [')', undefined],
  '[': [']', undefined],
  '\\lvert': ['\\rvert', 'Abs'],
  '\\lfloor': ['\\rfloor', 'Floor'],
  '\\lceil': ['\\rceil', 'Ceil'],
};
const accents = new Set([
  '\\overline',
  '\\bar',
  '\\vec',
  '\\hat',
  '\\dot',
  '\\widehat',
  '\\overrightarrow',
  '\\mathbb',
  '\\mathcal',
]);
const greek =
  /^\\(?:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega|ell|hbar|infty)$/;

/** P(0) and g(x) are no products: nobody puts brackets around one digit or letter to multiply it. */
const valueAt = /\((?:\d+|[a-zA-Z])\)/y;
/** Letters that stand for numbers more often than for functions. */
const isFunction = (name: string, applied: string): boolean =>
  /^[a-zA-Z]$/.test(name) && !/^[eixyznmktr]$/.test(name) && (/\d/.test(applied) || (name !== 'f' && applied !== `(${name})`));

/**
 * Reads an expression as written by `plainLatex`, in one pass from left to right. A product without signs binds more tightly than
 * a quotient's slash (1/2x is 1/(2x)), and is the argument of a function without brackets, up to a sign or the next function
 * (\cos 3 \cdot 5 is 5 \cos 3, \ln x \ln y a product). A letter before brackets is a factor, but f is a function, and so is P in
 * P(0). undefined for what is not an expression.
 */
export function parseLatex(latex: string): MathTree | undefined {
  return new Parser(latex).whole();
}

class Parser {
  private readonly text: string;
  private at = 0;
  private failed = false;

  constructor(text: string) {
    this.text = text;
  }

  whole(): MathTree | undefined {
    const tree = this.sum();
    return this.failed || this.at < this.text.length ? undefined : tree;
  }

  private fail(): MathTree {
    this.failed = true;
    return { number: '0' };
  }

  private take(sign: string): boolean {
    if (!this.text.startsWith(sign, this.at)) return false;
    if (sign.startsWith('\\') && /[a-zA-Z]/.test(this.text[this.at + sign.length] ?? '')) return false;
    this.at += sign.length;
    if (sign.startsWith('\\') && this.text[this.at] === ' ') this.at += 1;
    return true;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private sum(): MathTree {
    let left = this.signed();
    while (!this.failed) {
      if (this.take('+')) left = { call: 'Add', operands: [left, this.signed()] };
      else if (this.take('-')) left = { call: 'Subtract', operands: [left, this.signed()] };
      else return left;
    }
    return left;
  }

  private signed(): MathTree {
    if (this.take('-')) return { call: 'Negate', operands: [this.signed()] };
    if (this.take('+')) return this.signed();
    return this.product();
  }

  private product(): MathTree {
    let left = this.quotient();
    while (!this.failed) {
      if (this.take('\\cdot')) left = { call: 'Multiply', operands: [left, this.factorWithSign()] };
      else if (this.take('\\bmod')) left = { call: 'Mod', operands: [left, this.factorWithSign()] };
      else return left;
    }
    return left;
  }

  private factorWithSign(): MathTree {
    return this.take('-') ? { call: 'Negate', operands: [this.quotient()] } : this.quotient();
  }

  private quotient(): MathTree {
    let left = this.adjacent();
    while (!this.failed && this.take('/')) {
      const bottom = this.take('-') ? ({ call: 'Negate', operands: [this.adjacent()] } as const) : this.adjacent();
      left = { call: 'Divide', operands: [left, bottom] };
    }
    return left;
  }

  /** Factors without a sign between them. */
  private adjacent(untilFunction = false): MathTree {
    const factors = [this.power()];
    while (!this.failed && this.beginsFactor() && !(untilFunction && this.beginsFunction())) factors.push(this.power());
    return factors.length === 1 ? (factors[0] ?? this.fail()) : { call: 'Multiply', operands: factors };
  }

  private beginsFactor(): boolean {
    const rest = this.text.slice(this.at, this.at + 20);
    if (/^[a-zA-Z\d.([]/.test(rest)) return true;
    const name = /^\\[a-zA-Z]+/.exec(rest)?.[0];
    return (
      name !== undefined && !/^\\(?:cdot|bmod|rvert|rfloor|rceil|pm|mp|le|ge|ne|cup|cap|in|land|lor|approx|setminus)$/.test(name)
    );
  }

  private beginsFunction(): boolean {
    const name = /^\\[a-zA-Z]+/.exec(this.text.slice(this.at, this.at + 20))?.[0];
    return name !== undefined && Object.hasOwn(prefixes, name);
  }

  private power(): MathTree {
    let base = this.atom();
    for (let raised = false; !this.failed; ) {
      if (this.take('!')) base = { call: 'Factorial', operands: [base] };
      else if (this.take('\\%')) base = { call: 'Divide', operands: [base, { number: '100' }] };
      else if (this.take('^{\\circ}')) base = { call: 'Degrees', operands: [base] };
      else if (!raised && this.take('^{')) {
        base = { call: 'Power', operands: [base, this.rest('}')] };
        raised = true;
      } else return base;
    }
    return base;
  }

  /** Up to the sign that closes what was opened. */
  private rest(close: string): MathTree {
    const tree = this.sum();
    return this.take(close) ? tree : this.fail();
  }

  private group(): MathTree {
    return this.take('{') ? this.rest('}') : this.fail();
  }

  private atom(): MathTree {
    const digits = this.match(number);
    if (digits !== undefined)
      return this.text[this.at] === ' ' ? this.fail() : { number: digits.replace(/\\overline\{(\d+)\}/, '($1)').toLowerCase() };
    const sign = this.text[this.at] ?? '';
    if (/[a-zA-Z]/.test(sign)) {
      this.at += 1;
      return this.symbol(sign);
    }
    if (Object.hasOwn(brackets, sign)) {
      this.at += 1;
      return this.bracketed(sign);
    }
    const name = this.match(command)?.trim();
    return name === undefined ? this.fail() : this.named(name);
  }

  private named(name: string): MathTree {
    const prefix = Object.hasOwn(prefixes, name) ? prefixes[name] : undefined;
    if (prefix !== undefined) return this.applied(prefix);
    if (Object.hasOwn(brackets, name)) return this.bracketed(name);
    if (name === '\\frac') return { call: 'Divide', operands: [this.group(), this.group()] };
    if (name === '\\binom') return { call: 'Binomial', operands: [this.group(), this.group()] };
    if (name === '\\sqrt') return this.root();
    if (Object.hasOwn(pairs, name)) return this.pair(pairs[name] ?? '');
    if (accents.has(name)) return this.symbol(`${name}${this.match(/\{[^{}]*\}/y) ?? this.fail()}`);
    return greek.test(name) ? this.symbol(name) : this.fail();
  }

  private symbol(name: string): MathTree {
    const script = this.match(/_\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/y) ?? '';
    const symbol: MathTree = { symbol: `${name}${script}` };
    const applied = this.match(valueAt);
    if (applied !== undefined && isFunction(name, applied)) return { symbol: `${name}${script}${applied}` };
    this.at -= applied?.length ?? 0;
    if (name !== 'f' || script !== '' || this.text[this.at] !== '(') return symbol;
    this.at += 1;
    return { call: 'Unknown', operands: [this.rest(')')] };
  }

  private bracketed(open: string): MathTree {
    const [close, call] = brackets[open] ?? ['', undefined];
    const tree = this.rest(close);
    return call === undefined ? tree : { call, operands: [tree] };
  }

  private root(): MathTree {
    if (!this.take('[')) return { call: 'Sqrt', operands: [this.group()] };
    const degree = this.rest(']');
    return { call: 'Root', operands: [this.group(), degree] };
  }

  private pair(call: string): MathTree {
    if (!this.take('(')) return this.fail();
    const first = this.sum();
    return this.take(',') ? { call, operands: [first, this.rest(')')] } : this.fail();
  }

  private applied(call: string): MathTree {
    const base = call === 'Log' && this.take('_{') ? this.rest('}') : undefined;
    const exponent = this.take('^{') ? this.rest('}') : undefined;
    if (this.text[this.at] === ' ') this.at += 1;
    const argument = this.argument();
    const value: MathTree = { call, operands: base === undefined ? [argument] : [argument, base] };
    return exponent === undefined ? value : { call: 'Power', operands: [value, exponent] };
  }

  private argument(): MathTree {
    if (this.take('(')) return this.rest(')');
    if (this.take('-')) return { call: 'Negate', operands: [this.argument()] };
    const top = this.adjacent(true);
    return this.take('/') ? { call: 'Divide', operands: [top, this.adjacent(true)] } : top;
  }
}
