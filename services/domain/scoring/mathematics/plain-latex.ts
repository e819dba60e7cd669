import { halfWidth } from '../../replies/half-width.ts';
import { withEquationRows } from './equation-rows.ts';
import { spelt } from './latex-spelling.ts';
import { withWordsRead } from './latex-words.ts';
import { withPairedBars } from './paired-bars.ts';
import { withRecurringDecimals } from './recurring-decimals.ts';
import { withoutHabits } from './without-habits.ts';
import { withoutUnitFormula } from './without-unit-formula.ts';

const typography: Readonly<Record<string, string>> = {
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2212': '-',
  '\ufe63': '-',
  '\u2013': '-',
  '\u00d7': '\\cdot ',
  '\u00b7': '\\cdot ',
  '\u22c5': '\\cdot ',
  '\u2217': '\\cdot ',
  '\u00f7': '/',
  '\u2044': '/',
  '\u221e': '\\infty ',
  '\u00b1': '\\pm ',
  '\u2213': '\\mp ',
  '\u00b0': '^\\circ ',
  '\u221a': '\\sqrt ',
  '\u222a': '\\cup ',
  '\u2229': '\\cap ',
  '\u2208': '\\in ',
  '\u2205': '\\emptyset ',
  '\u211d': '\\mathbb{R}',
  '\u2124': '\\mathbb{Z}',
  '\u2264': '\\le ',
  '\u2265': '\\ge ',
  '\u2260': '\\ne ',
  '\u2248': '\\approx ',
  '\u2220': '\\angle ',
  '\u2032': "'",
  '\u00b2': '^2',
  '\u00b3': '^3',
  '\u00bd': '\\frac{1}{2}',
  '\u00bc': '\\frac{1}{4}',
  '\u00be': '\\frac{3}{4}',
  '\u03b1': '\\alpha ',
  '\u03b2': '\\beta ',
  '\u03b8': '\\theta ',
  '\u03bb': '\\lambda ',
  '\u03c0': '\\pi ',
  '\u03c6': '\\phi ',
  '\u00a0': ' ',
  '\u2009': ' ',
  '\u202f': ' ',
  '\u20ac': '\\$',
  '\u00a3': '\\$',
};
const typographic = new RegExp(`[${Object.keys(typography).join('')}]`, 'g');

/** Commands that only affect how their one argument looks. */
const fonts =
  'mathbf|mathit|mathnormal|mathscr|mathfrak|boldsymbol|bm|pmb|bold|emph|ensuremath|mathord|mathop|mathbin|mathrel|mathopen|mathclose|mathpunct|mathinner|boxed|fbox|underline|smash|overset\\{\\}';
const fontCommand = new RegExp(`\\\\(?:${fonts})(?![a-zA-Z])\\s*`, 'g');
/** … and those that affect how everything after them looks, or do nothing. */
const switches =
  'bf|it|rm|sf|tt|sl|sc|cal|bfseries|itshape|rmfamily|sffamily|ttfamily|mdseries|upshape|tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge|displaystyle|textstyle|scriptstyle|scriptscriptstyle|limits|nolimits|nonumber|notag|hfill|hfil|strut|mathstrut|relax|enspace|thinspace|medspace|thickspace|negthinspace|negmedspace|negthickspace|pounds|textdollar|textsterling|cents?|euro|yen|checkmark|blacksquare|square|Box|qed|allowbreak|nobreak|noindent|left|right|middle|[bB]igg?[lrm]?';
const switchCommand = new RegExp(`\\\\(?:${switches})(?![a-zA-Z])\\.?`, 'g');
/** Colours, with the argument that names one. */
const colour = /\\(?:color(?:box)?|textcolor|fcolorbox\s*\{[^{}]*\})\s*(?:\[[^\][]*\])?\s*\{[^{}]*\}/g;
const spacing =
  /\\(?:definecolor\s*\{[^{}]*\}\s*\{[^{}]*\}|[hv]space|kern|hskip|hphantom|vphantom|phantom|tag|label|rule\s*\{[^{}]*\})\*?\s*\{[^{}]*\}/g;
/** Environments that only lay out lines. */
const layoutEnvironment =
  /\\(?:begin|end)\s*\{(?:aligned|align|gathered|gather|equation|split|displaymath|math|center|multline)\*?\}/g;

/** One name for commands that have several. */
const names: Readonly<Record<string, string>> = {
  dfrac: 'frac',
  tfrac: 'frac',
  cfrac: 'frac',
  sfrac: 'frac',
  nicefrac: 'frac',
  dbinom: 'binom',
  tbinom: 'binom',
  leq: 'le',
  leqslant: 'le',
  leqq: 'le',
  geq: 'ge',
  geqslant: 'ge',
  geqq: 'ge',
  neq: 'ne',
  lt: '<',
  gt: '>',
  times: 'cdot',
  ast: 'cdot',
  div: '/',
  approxeq: 'approx',
  simeq: 'approx',
  equiv: '=',
  thickapprox: 'approx',
  infin: 'infty',
  varnothing: 'emptyset',
  R: 'mathbb{R}',
  reals: 'mathbb{R}',
  wedge: 'land',
  vee: 'lor',
  lbrace: '{',
  rbrace: '}',
  lbrack: '[',
  rbrack: ']',
  lparen: '(',
  rparen: ')',
  vert: '|',
  mid: '|',
  colon: ':',
  backslash: 'setminus',
  smallsetminus: 'setminus',
  dots: 'ldots',
  cdots: 'ldots',
  dotsc: 'ldots',
  dotsb: 'ldots',
  varphi: 'phi',
  varepsilon: 'epsilon',
  vartheta: 'theta',
  prime: "'",
  measuredangle: 'angle',
  lg: 'log_{10}',
  cosec: 'csc',
  arcctg: 'arccot',
  tg: 'tan',
  ctg: 'cot',
  arctg: 'arctan',
};
/** Characters that need no backslash; braces do. */
const signs = new Set(['<', '>', '=', '/', '[', ']', '(', ')', '|', ':', "'"]);

/** The sign may be raised or not: 45\degree, 45^\degree. */
const degreeName =
  /(?<!\\)(?:\^\s*(?:\{\s*\\(?:text)?degrees?\s*\}|\\(?:text)?degrees?(?![a-zA-Z]))|\\(?:text)?degrees?(?![a-zA-Z]))/g;
/** Functions whose names are written as words: \operatorname{sin} x, \mathrm{sin}(x). */
const namedFunction =
  /\\(?:operatorname\*?|math(?:rm|sf|tt)|text(?:rm|sf|tt)?|mbox)\s*\{\s*((?:arc)?(?:sin|cos|tan|cot|sec|csc)|log|ln|exp|gcd|lcm|min|max)\s*\}/g;
const absolute = /\\?(?<![a-zA-Z])(?:(?:operatorname|mathrm|text)\s*\{\s*)?abs\s*\}?\s*\(([^()]*)\)/gi;
/** Names that people write without the backslash. */
const bareName =
  /(?<![\\a-zA-Z])(?:pi|sqrt|sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|log|ln|infty|infinity|theta|alpha|beta)(?![a-zA-Z])/g;
/** "2 \operatorname{cis} 60^\circ" is 2(\cos 60^\circ + i \sin 60^\circ). */
const cis =
  /(?:\\(?:operatorname\*?|text|mathrm|mbox)\s*\{\s*cis\s*\}|\\cis(?![a-zA-Z])|(?<![\\a-zA-Z])cis(?![a-zA-Z]))([^,;+]*?)(?=[,;+]|\\text|\band\b|$)/g;
/** 3\frac{1}{2} and 3 1/2, but not the 5 of 2.5\frac{1}{2} and no exponent. */
const mixedNumber = /(?<![\d.}^_,/])(\d+)(?:\s*(?=\\frac)|\s+)(\\frac\s*(?:\{\d+\}|\d)\s*(?:\{\d+\}|\d)|\d+\/\d+(?![\d/]))/g;
const trigonometry = /\\(?:arc)?(?:sin|cos|tan|cot|sec|csc)(?![a-z])/;
const degreeSign = /\^\{\\circ\}(?:[CF](?![a-zA-Z]))?/g;
/** When it surrounds more than words. */
const leftTextCommand = /\\(?:text[a-z]*|mbox|hbox|mathrm|mathsf|mathtt|operatorname\*?)(?=\s*\{)/g;

/**
 * The same mathematics in one spelling: without delimiters, spacing, sizes, fonts, colours, units, degree and currency signs;
 * \dfrac is \frac, a mixed number a sum, Unicode's signs become LaTeX's, and arguments get their braces. Words that are the whole
 * answer, or that change what it says, stay. Whatever is not LaTeX stays too.
 */
export function plainLatex(text: string): string {
  // Long runs of blanks mean no more than short ones, and take time.
  const short = withoutHabits(halfWidth(text).replace(/\s{3,}/g, '  '));
  const written = unescaped(short.replace(typographic, (sign) => typography[sign] ?? sign));
  const laidOut = withoutLayout(withEquationRows(withRecurringDecimals(withoutUnitFormula(written))));
  const formula = spelt(
    withWordsRead(renamed(laidOut))
      .replace(leftTextCommand, ' ')
      .replace(/\*\*/g, '^')
      .replace(/\*/g, '\\cdot ')
      .replace(bareName, (name) => (name === 'infinity' ? '\\infty' : `\\${name}`))
      .replace(/\\sqrt\s*\(([^()]*)\)/g, '\\sqrt{$1}')
      .replace(/\{([^{}]*)\\choose(?![a-z])([^{}]*)\}/g, '\\binom{$1}{$2}')
      .replace(/^([^{}]*)\\choose(?![a-z])([^{}]*)$/, '\\binom{$1}{$2}')
      .replace(/\{([^{}]*)\\over(?![a-z])([^{}]*)\}/g, '\\frac{$1}{$2}')
      .replace(mixedNumber, '($1+$2)'),
  );
  const plain = withPairedBars(formula)
    .replace(
      /\\(sin|cos|tan)\^\{-1\}(?=([a-zA-Z])?)/g,
      (_all, name: string, letter?: string) => `\\arc${name}${letter ? ' ' : ''}`,
    )
    .replace(/(?<=\d):00(?=\\word\{[ap]m\})/g, '');
  return (trigonometry.test(plain) ? plain : plain.replace(degreeSign, '')).replace(/^(?:[=,;:]|\.(?!\d))+|[.,;:]+$/g, '').trim();
}

/** Models that write JSON escape twice: \\frac{3}{4}. A row of a matrix ends in \\ too, but no command follows at once. */
function unescaped(text: string): string {
  const known =
    /(?<!\\)\\\\(?=(?:[dtc]?frac|sqrt|d?binom|left|right|pi|theta|alpha|beta|text|mathrm|mathbf|cdot|times|circ|infty|cup|cap|pm|le|ge|leq|geq|ne|neq|in|begin|end|sin|cos|tan|log|ln|boxed|quad|approx|angle|overline|mathbb|dots|ldots|emptyset|displaystyle|operatorname|lfloor|rfloor|lceil|rceil|color|textcolor|mbox|mathit|mathsf|vec|sec|csc|cot|arcsin|arccos|arctan|l?vert|rvert|langle|rangle|varnothing|lt|gt|div|degree|triangle|gamma|delta|lambda|mu|sigma|omega|phi|rho|setminus|mid|exp|choose|over|fbox|Large|large|bf|boldsymbol)(?![a-zA-Z]))/g;
  const braces = text.includes('\\begin') ? text : text.replace(/(?<!\\)\\\\(?=[{}%$])/g, '\\');
  if (!known.test(text)) return braces;
  const once = /(?<!\\)\\(?=[a-zA-Z])/.test(text);
  if (once) return braces.replace(known, '\\');
  // Four are the end of a row that is escaped too.
  return text.replace(/\\\\\\\\|\\\\(?=[a-zA-Z{}|,;:!%$])/g, (escaped) => escaped.slice(escaped.length / 2));
}

function withoutLayout(text: string): string {
  return text
    .replace(/\\\\\s*\[[^\]]*\]/g, '\\\\ ')
    .replace(/\\\$|\$|(?<!\\)\\[()[\]]/g, ' ')
    .replace(/\{\s*,\s*\}|,\\!/g, '')
    .replace(/(?<=\d)(?:\\[,;: !]|~)+(?=\d{3}(?!\d))/g, '')
    .replace(/(?<![\d.,]|\d )\d{1,3}(?: \d{3})+(?! ?\d)/g, (digits) => digits.replaceAll(' ', ''))
    .replace(/(?<![\d.,'\p{L}])\d{1,3}(?:['\u2019]\d{3})+(?![\d'\u2019])/gu, (digits) => digits.replace(/\D/g, ''))
    .replace(layoutEnvironment, ' ')
    .replace(colour, ' ')
    .replace(spacing, ' ')
    .replace(/(?<!\\)\\(?:[,;:! >/]|-)|~|&nbsp;/g, ' ')
    .replace(/\\q?quad|(?<!\\)\\(?:hline|par)(?![a-zA-Z])/g, ' ')
    .replace(/\\(left|right|[bB]igg?[lr])\s*(?:\||\\[lr]?vert(?![a-zA-Z]))/g, (_all, side: string) =>
      /^r|r$/.test(side) ? '\\rvert ' : '\\lvert ',
    )
    .replace(switchCommand, ' ')
    .replace(fontCommand, ' ')
    .replace(/(?<!\\)\{(\d{1,3}(?:,\d{3})+)\}/g, (_all, digits: string) => `{${digits.replaceAll(',', '')}}`)
    .replace(/&/g, (sign, _at: number, whole: string) => (whole.includes('\\begin') ? sign : ' '))
    .replace(/[\s.,;:]+$/, '');
}

function renamed(text: string): string {
  return text
    .replace(degreeName, '^\\circ ')
    .replace(cis, (_all, angle: string) => `(\\cos (${angle.trim()})+i \\sin (${angle.trim()}))`)
    .replace(namedFunction, '\\$1 ')
    .replace(absolute, '\\lvert $1\\rvert ')
    .replace(/!=|\\not\s*=/g, '\\ne ')
    .replace(/<=|=</g, '\\le ')
    .replace(/>=|=>/g, '\\ge ')
    .replace(/\\langle(?![a-z])/g, '(')
    .replace(/\\rangle(?![a-z])/g, ')')
    .replace(/(?<!\\)\\([a-zA-Z]+)/g, (all, name: string) => {
      const other = Object.hasOwn(names, name) ? names[name] : undefined;
      if (other === undefined) return all;
      return signs.has(other) ? other : `\\${other}`;
    });
}
