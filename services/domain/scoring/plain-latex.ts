const fontCommand = /\\(?:mathbf|mathit|boldsymbol|operatorname|emph)\s*\{([^{}]*)\}/g;
/** Words, and the power of a unit: \text{ cm}^2. */
const textCommand = /\\(?:text(?:bf|it|rm|sf|tt|normal)?|mbox|mathrm)\s*\{([^{}]*)\}(\^\{?[23]\}?)?/g;
const trigonometry = /\\(?:arc)?(?:sin|cos|tan|cot|sec|csc)\b/;
/** A word after a number is a unit where it is spaced off and no product of letters: "120 degrees", "5 cm". */
const trailingUnit = /(?<=[\d}%])\s+(?:[a-z]{3,}|cm|mm|km|in|ft)(?:\s+[a-z]+)*(?:\^\{?[23]\}?)?$/i;
const degreeSign = /\s*(?:\^\s*\{?\s*\\circ\s*\}?|\\degrees?\b)/g;
/** 3\frac{1}{2} and 3 1/2, but not the 5 of 2.5\frac{1}{2} and no exponent. */
const mixedNumber = /(?<![\d.}^_,/])(\d+)(?:\s*(?=\\frac)|\s+)(\\frac\s*(?:\{\d+\}|\d)\s*(?:\{\d+\}|\d)|\d+\/\d+(?![\d/]))/g;
const bareName = /(?<![\\a-zA-Z])(?:pi|sqrt|sin|cos|tan|log|ln|infty|theta)(?![a-zA-Z])/g;

const typography: Readonly<Record<string, string>> = {
  '\u2212': '-',
  '\u2013': '-',
  '\u00d7': '\\times ',
  '\u00b7': '\\cdot ',
  '\u22c5': '\\cdot ',
  '\u00f7': '/',
  '\u03c0': '\\pi ',
  '\u221e': '\\infty ',
  '\u00b1': '\\pm ',
  '\u00b0': '^\\circ',
  '\u221a': '\\sqrt',
  '\u222a': '\\cup ',
  '\u2264': '\\le ',
  '\u2265': '\\ge ',
  '\u2248': '\\approx ',
  '\u00b2': '^2',
  '\u00b3': '^3',
  '\u00a0': ' ',
  '\u2009': ' ',
  '\u202f': ' ',
};

const typographic = new RegExp(`[${Object.keys(typography).join('')}]`, 'g');

/**
 * The same mathematics in one spelling: without delimiters, spacing, sizes, units, degree and currency signs; \dfrac is \frac, a
 * mixed number a sum, Unicode's signs are LaTeX's. Words that are the whole answer stay. What is no LaTeX stays too.
 */
export function plainLatex(text: string): string {
  const spelt = text.replace(typographic, (sign) => typography[sign] ?? sign).replace(fontCommand, ' $1 ');
  const formula = withoutWords(withoutLayout(spelt))
    .replace(bareName, '\\$&')
    .replace(/\\sqrt\s*\(([^()]*)\)/g, '\\sqrt{$1}')
    .replace(mixedNumber, '($1+$2)');
  return (trigonometry.test(formula) ? formula : formula.replace(degreeSign, '')).replace(/\s+/g, ' ').trim();
}

function withoutLayout(text: string): string {
  return text
    .replace(/\\\\\[[^\]]*\]/g, '\\\\')
    .replace(/\\\$|\$|(?<!\\)\\[()[\]]/g, ' ')
    .replace(/\{,\}|,\\!/g, '')
    .replace(/(?<=\d)\\[,;: !]+(?=\d{3}(?!\d))/g, '')
    .replace(/(?<!\\)\\(?:[,;:! ]|q?quad(?![a-z])|displaystyle(?![a-z])|hspace\*?\{[^{}]*\})|~|&nbsp;/g, ' ')
    .replace(/\\(?:left|right|[bB]igg?[lrm]?)(?![a-zA-Z])\.?/g, '')
    .replace(/\\[dtc]frac/g, '\\frac')
    .replace(/\\[dt]binom/g, '\\binom')
    .replace(/\\(?:leq|leqslant)(?![a-z])/g, '\\le ')
    .replace(/\\(?:geq|geqslant)(?![a-z])/g, '\\ge ')
    .replace(/(?<!\\)\{(\d{1,3}(?:,\d{3})+)\}/g, (_all, digits: string) => `{${digits.replaceAll(',', '')}}`)
    .replace(/[\s.,;:]+$/, '');
}

/** "12\text{ and }13" is a list; the words of "5\text{ square units}" are a unit; \text{Friday} is an answer. */
function withoutWords(text: string): string {
  const hasFormula = /[\p{L}\p{N}\\]/u.test(text.replace(textCommand, ''));
  const plain = text.replace(textCommand, (_all, words: string, exponent = '', at: number) => {
    if (/^\s*,?\s*(?:and|or)\s*$/i.test(words)) return ' , ';
    const unit = /\p{L}{2}/u.test(words) || /[\d}]\s*$/.test(text.slice(0, at));
    return hasFormula && unit && !/^[ie]$/.test(words) ? ' ' : ` ${words}${exponent} `;
  });
  return plain.trim().replace(trailingUnit, '');
}
