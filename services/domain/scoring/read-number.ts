export interface ReadNumber {
  readonly value: number;
  readonly percent: boolean;
  /** The text that was read, for people. */
  readonly text: string;
}

const currency = '[$€£¥₹]';
const digits = String.raw`(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+`;
const number = new RegExp(
  // A sign belongs to the number only where no operand stands before it: "3-5" is two numbers, "= -5" is one.
  String.raw`(?<![\p{L}\p{N}_.])(?<sign>(?<!\p{L}|[\p{N})\]}]\s*)[-+](?=${currency}|\d|\.\d)|)` +
    String.raw`(?:${currency}\s?)?(?<innerSign>(?<=${currency}\s?)-|)` +
    String.raw`(?:(?<whole>\d+)\s+(?=\d+\s?/\s?\d))?(?<digits>${digits})(?:e(?<exponent>[-+]?\d{1,3})(?![\p{L}\p{N}]))?` +
    String.raw`(?:\s?/\s?(?<denominator>\d+(?:\.\d+)?))?` +
    String.raw`\s?(?<percent>%|percent\b)?`,
  'giu',
);

/**
 * The numbers in a text as a careful reader sees them: thousands separators, currency signs, percent, simple and mixed
 * fractions (plain or LaTeX), Unicode minus signs. Units and other words around a number do not matter.
 */
export function readNumbers(text: string): ReadNumber[] {
  const found: ReadNumber[] = [];
  for (const match of plainText(text).matchAll(number)) {
    const groups = match.groups ?? {};
    const value = magnitude(groups);
    if (!Number.isFinite(value)) continue;
    const negative = groups.sign?.startsWith('-') || groups.innerSign === '-';
    found.push({ value: negative ? -value : value, percent: groups.percent !== undefined, text: match[0].trim() });
  }
  return found;
}

function magnitude(groups: Record<string, string | undefined>): number {
  const exponent = groups.exponent === undefined ? 0 : Number(groups.exponent);
  const numerator = Number((groups.digits ?? '').replaceAll(',', '')) * 10 ** exponent;
  const fraction = groups.denominator === undefined ? numerator : numerator / Number(groups.denominator);
  return Number(groups.whole ?? 0) + fraction;
}

/** Undoes the LaTeX, Markdown and typography that models put around numbers. */
function plainText(text: string): string {
  return text
    .replaceAll('{,}', ',')
    .replace(/\\[dtc]?frac\s*\{\s*(-?[\d.,]+)\s*\}\s*\{\s*([\d.,]+)\s*\}/g, ' $1/$2')
    .replace(/\\(?:text|textbf|textit|mathrm|mathbf|mbox|operatorname)\s*\{([^{}]*)\}/g, ' $1 ')
    .replace(/(?<=\d)(?:\\[,!;:]|[\u00a0\u2009\u202f])(?=\d{3}(?!\d))/g, ',')
    .replace(/\\[,!;: ]|[\u00a0\u2009\u202f]/g, ' ')
    .replace(/\\([$%])/g, '$1')
    .replace(/[\u2212\u2013](?=\s?[$€£¥₹]?[\d.])/g, '-')
    .replace(/[*_`]{1,3}/g, (marks, at: number, whole: string) => (isBetweenDigits(whole, at, marks.length) ? marks : ''));
}

/** "3*4" keeps its asterisk, "**34**" loses them. */
function isBetweenDigits(text: string, at: number, length: number): boolean {
  return /\d/.test(text[at - 1] ?? '') && /\d/.test(text[at + length] ?? '');
}
