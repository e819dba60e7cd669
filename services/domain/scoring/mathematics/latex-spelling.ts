/** Commands by how many arguments they take; \sqrt may have one in square brackets before. */
const argumentsOf: Readonly<Record<string, number>> = {
  '\\frac': 2,
  '\\binom': 2,
  '\\sqrt': 1,
  '\\overline': 1,
  '\\bar': 1,
  '\\vec': 1,
  '\\hat': 1,
  '\\dot': 1,
  '\\underline': 1,
  '\\widehat': 1,
  '\\overrightarrow': 1,
  '\\mathbb': 1,
  '\\mathcal': 1,
  '\\word': 1,
  '\\begin': 1,
  '\\end': 1,
};
/** Their argument is a whole number if it begins with a digit: no one who writes 2^10 means 2^1 0. */
const takesNumbers = new Set(['^', '_', '\\sqrt']);
/** Anything deeper is not an answer; the limit bounds the recursion. */
const deepest = 60;

/**
 * LaTeX in one spelling: each argument in braces, no other braces, no blanks except those that separate two numbers or end a
 * command's name. So texts that are spelt alike mean the same, and \frac{12}{3} is spelt differently from \frac{1}{23}.
 */
export function spelt(latex: string): string {
  return new Speller(latex, 0).all();
}

class Speller {
  private at = 0;
  private out = '';
  private readonly text: string;
  private readonly depth: number;

  constructor(text: string, depth: number) {
    this.text = text;
    this.depth = depth;
  }

  all(): string {
    while (this.at < this.text.length) this.piece();
    return this.out;
  }

  private piece(): void {
    const sign = this.text[this.at] ?? '';
    if (/\s/.test(sign)) {
      const before = this.at;
      this.skipBlanks();
      const [last, next] = [this.text[before - 1] ?? '', this.text.slice(this.at, this.at + 4)];
      // 32, 349 is a list.
      const parts = last === ',' ? /^\d{3}(?!\d)/.test(next) : /[\d.]/.test(last) && /^[\d.]/.test(next);
      if (parts) this.out += ' ';
    } else if (sign === '{') this.append(this.inner(this.group()));
    else if (sign === '}') this.at += 1;
    else if (sign === '^' || sign === '_') this.script(sign);
    else if (sign === '\\') this.command();
    else {
      this.at += 1;
      this.append(sign);
    }
  }

  private script(sign: string): void {
    this.at += 1;
    const argument = this.argument(sign === '_' && /\\log$/.test(this.out) ? '' : sign);
    this.out += `${sign}{${argument}}`;
  }

  private command(): void {
    const name = /^\\(?:[a-zA-Z]+|[\s\S])/.exec(this.text.slice(this.at))?.[0] ?? '\\';
    this.at += name.length;
    this.append(name);
    const count = Object.hasOwn(argumentsOf, name) ? (argumentsOf[name] ?? 0) : 0;
    if (name === '\\sqrt') this.degree();
    for (let index = 0; index < count; index += 1) this.out += `{${this.argument(name)}}`;
  }

  private degree(): void {
    this.skipBlanks();
    const optional = /^\[([^\][]{1,20})\]/.exec(this.text.slice(this.at));
    if (!optional) return;
    this.at += optional[0].length;
    this.out += `[${this.inner(optional[1] ?? '')}]`;
  }

  /** A group, a command with its own arguments, or one sign. */
  private argument(of: string): string {
    this.skipBlanks();
    const rest = this.text.slice(this.at);
    if (rest.startsWith('{')) return of === '\\word' ? this.group().trim() : this.inner(this.group());
    const whole = takesNumbers.has(of) ? /^[+-]?\d+(?:\.\d+)?/.exec(rest)?.[0] : undefined;
    if (whole !== undefined) {
      this.at += whole.length;
      return whole;
    }
    if (of === '^' && rest.startsWith('(')) return this.inner(this.parenthesis());
    if (rest.startsWith('\\') && this.depth < deepest) {
      const speller = new Speller(rest, this.depth + 1);
      speller.command();
      this.at += speller.at;
      return speller.out;
    }
    if (rest.startsWith('}')) return '';
    this.at += 1;
    return rest[0] ?? '';
  }

  private inner(text: string): string {
    return this.depth < deepest ? new Speller(text, this.depth + 1).all() : text;
  }

  private group(): string {
    return this.balanced('{', '}');
  }

  private parenthesis(): string {
    return this.balanced('(', ')');
  }

  /** The text between brackets, from the opening one on; up to the end if they are not closed. */
  private balanced(open: string, close: string): string {
    const start = this.at + 1;
    let depth = 0;
    for (; this.at < this.text.length; this.at += 1) {
      const sign = this.text[this.at];
      if (sign === '\\') this.at += 1;
      else if (sign === open) depth += 1;
      else if (sign === close) depth -= 1;
      if (depth === 0) break;
    }
    const text = this.text.slice(start, this.at);
    this.at += 1;
    return text;
  }

  private skipBlanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  /** A blank ends a command's name if a letter follows. */
  private append(piece: string): void {
    if (/^[a-zA-Z]/.test(piece) && /\\[a-zA-Z]+$/.test(this.out)) this.out += ' ';
    this.out += piece;
  }
}
