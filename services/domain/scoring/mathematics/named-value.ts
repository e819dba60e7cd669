import { splitBy } from './split-latex.ts';

const letter =
  '(?:[A-Za-z]|\\\\(?:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|rho|sigma|tau|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega|ell|hbar) ?)';
const script = "(?:_\\{[^{}]*(?:\\{[^{}]*\\})?[^{}]*\\}|\\^\\{(?:-1|'+|\\*|\\([a-z]\\))\\}|'+)*";
const mark =
  '(?:\\\\(?:angle|triangle|measuredangle|Delta|nabla|det|deg|operatorname|arg|overline|bar|vec|hat|dot|widehat|overrightarrow) ?)';
const marked = `(?:${mark}\\{?(?:${letter}${script})+\\}?|${letter}${script})`;
const argument = `\\((?:${marked}|[\\d+,.|-]|\\\\(?:cap|cup|land|lor) ?)+\\)`;
const simple = `(?:${marked})+(?:${argument})?`;
/** "x", "x_1", "f(x)", "m\angle B", "P(A \cap B)", "AB": a quantity's name. */
const name = new RegExp(
  `^(?:${simple}|\\\\lvert ?(?:${simple})\\\\rvert ?|\\((?:${simple})(?:,(?:${simple}))+\\)|\\\\frac\\{${simple}\\}\\{${simple}\\}|(?:${simple})(?:[:/](?:${simple}))+)$`,
);
/** Constants are not names. */
const constant = /^(?:\\pi ?|e|i|\\infty ?)$/;

/** Whether an answer may call its value by this: a name, a tuple of names, a ratio of names, or a length |AB|. */
export function isName(text: string): boolean {
  return text.length < 100 && name.test(text) && !constant.test(text);
}

/** The parts of an equation or of a chain of them. */
export function sidesOf(text: string): string[] {
  return splitBy(text, /=/).parts;
}

export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/**
 * "x = 5", "5 = x", "x = y = 2 + 3 = 5": the name and the last value. undefined for other equations and for what has no name.
 */
export function namedValueOf(text: string): NamedValue | undefined {
  const sides = sidesOf(text).filter((side) => side !== '');
  const [first = '', ...others] = sides;
  const last = others.at(-1);
  if (last === undefined) return undefined;
  if (isName(first)) return { name: first, value: last };
  return isName(last) ? { name: last, value: sides.at(-2) ?? '' } : undefined;
}
