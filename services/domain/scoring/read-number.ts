import { halfWidth } from '../replies/half-width.ts';
import { fractionInWords, scales } from './number-words.ts';

export interface ReadNumber {
  /** With its scale: "3 million" is 3000000. */
  readonly value: number;
  /** The number before a scale word, which a reader may take for a unit: 3. */
  readonly unscaled?: number;
  /** The digits of a whole number, since JavaScript's numbers are exact only up to 2^53. */
  readonly whole?: bigint;
  readonly percent: boolean;
  /** The same quantity in another unit, where the text gives both: 90 minutes of 1.5 hours. */
  readonly other?: ReadNumber;
  /** The text that was read, for display. */
  readonly text: string;
}

export interface PlacedNumber extends ReadNumber {
  readonly at: number;
  readonly end: number;
}

const sign = '[$€£¥₹₽₩₪₫₺₦₱฿]';
const codes =
  'USD|EUR|GBP|JPY|CNY|RMB|INR|PKR|CHF|AUD|CAD|NZD|SGD|HKD|KRW|RUB|TRY|BRL|MXN|ZAR|SEK|NOK|DKK|PLN|AED|SAR|ILS|THB|NT|Rs';
const currency = String.raw`(?:(?<!\p{L})(?:${codes})\.?\s?${sign}?|(?<!\p{L})\p{Lu}{0,3}${sign})`;
/** 12345, 1,234,567, 1'234'567, 1_234_567, 1.234.567, 12,34,567 as in India. */
const digits =
  String.raw`\d{1,3}(?:\.\d{3}){2,}(?!\d|\.\d)|(?:(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:['’]\d{3})+|\d{1,3}(?:_\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?!\d)|\d+)(?:\.\d+)?` +
  String.raw`|\.\d+`;
const scaleWords = [...scales.keys()].join('|');
const numberAfter = (before: string) =>
  new RegExp(
    // A sign belongs to the number only if no operand precedes it: "3-5" is two numbers, "= -5" is one.
    String.raw`${before}(?<sign>(?<!\p{L}|[\p{N})\]}]\s*)[-+](?=${currency}|\d|\.\d)|)` +
      String.raw`(?:${currency}\s?)?(?<innerSign>(?<=${currency}\s?)-|)` +
      String.raw`(?:(?<mixed>\d+)\s+(?=\d+\s?/\s?\d))?(?<digits>${digits})` +
      String.raw`(?:e(?<exponent>[-+]?\d{1,3})(?![\p{L}\p{N}])|\s?[×x*·]\s?10\s?(?:\^|\*\*)\s?\{?(?<power>[-+]?\d{1,3})\}?|(?:\^|\*\*)\{?(?<own>[-+]?\d{1,3})\}?(?!\d))?` +
      String.raw`(?:\s?/\s?(?<denominator>\d+(?:\.\d+)?))?` +
      String.raw`(?:\s{0,4}-?(?<scale>${scaleWords}|mn|bn)(?!\p{L})|(?<letter>[kmb])(?![\p{L}\p{N}/^]))?` +
      String.raw`\s?(?<percent>%|per\s?cent\b|pct\b)?`,
    'giu',
  );
const number = numberAfter(String.raw`(?<![\p{L}\p{N}_.])`);
/** If there is no other number, letters may precede it: "xxx123.45". */
const numberAmidLetters = numberAfter(String.raw`(?<!\p{N})`);

/**
 * The numbers in a text as a careful reader sees them: thousands separators, currencies, percent, scales (million, k), powers of
 * ten, simple and mixed fractions (plain or LaTeX), "negative" and Unicode's minus signs. Units and other words do not matter.
 */
export function readNumbers(text: string): ReadNumber[] {
  const alone = text.trim();
  // As below, at a hundredth of the cost.
  if (/^\d{1,15}$/.test(alone)) return [{ value: Number(alone), whole: BigInt(alone), percent: false, text: alone }];
  return placedNumbers(text).numbers.map(({ at: _at, end: _end, ...read }) => read);
}

/** The text without what models put around its numbers, and where they stand in it. */
export function placedNumbers(text: string): { readonly plain: string; readonly numbers: PlacedNumber[] } {
  const plain = plainText(text);
  const found = numbersBy(number, plain);
  return { plain, numbers: found.length > 0 ? found : numbersBy(numberAmidLetters, plain) };
}

function numbersBy(pattern: RegExp, text: string): PlacedNumber[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const { sign, innerSign, percent, ...groups } = match.groups ?? {};
    const size = magnitude(groups);
    if (size === undefined) return [];
    const negate = sign?.startsWith('-') || innerSign === '-';
    const { value, unscaled, whole } = size;
    return [
      {
        value: negate ? -value : value,
        ...(unscaled === undefined ? {} : { unscaled: negate ? -unscaled : unscaled }),
        ...(whole === undefined ? {} : { whole: negate ? -whole : whole }),
        percent: percent !== undefined,
        text: match[0].trim(),
        at: match.index,
        end: match.index + match[0].trimEnd().length,
      },
    ];
  });
}

type Groups = Readonly<Record<string, string | undefined>>;

function magnitude({ digits = '', exponent, power, own, denominator, mixed, scale, letter = '' }: Groups) {
  const plain = digits.replace(/[,'’_]|\.(?=\d{3}\.)|(?<=\.\d{3})\./g, '');
  const ofTen = exponent ?? power ?? '0';
  const scaledBy = scaleOf(scale?.toLowerCase() ?? letter);
  if (own === undefined && denominator === undefined && mixed === undefined) {
    const unscaled = Number(`${plain}e${ofTen}`);
    const whole = wholeNumber(plain, Number(ofTen), scaledBy);
    const value = whole === undefined ? unscaled * (scaledBy ?? 1) : Number(whole);
    return Number.isFinite(value) ? { value, whole, unscaled: scaledBy && unscaled } : undefined;
  }
  const base = own === undefined ? Number(`${plain}e${ofTen}`) : Number(plain) ** Number(own);
  const unscaled = Number(mixed ?? 0) + base / Number(denominator ?? 1);
  const value = unscaled * (scaledBy ?? 1);
  return Number.isFinite(value) ? { value, whole: undefined, unscaled: scaledBy && unscaled } : undefined;
}

/** A small m may be metres, and a small b bits. */
function scaleOf(word: string): number | undefined {
  const abbreviated: Readonly<Record<string, number>> = { k: 1e3, K: 1e3, M: 1e6, mn: 1e6, B: 1e9, bn: 1e9 };
  return scales.get(word) ?? abbreviated[word];
}

/** The exact digits, if it is a whole number and not too long to be written out. */
function wholeNumber(plain: string, exponent: number, scale = 1): bigint | undefined {
  const [before = '', after = ''] = plain.split('.');
  const fraction = after.replace(/0+$/, '');
  const [, factor = '', zeros = ''] = /^(\d*?)(0*)$/.exec(String(scale)) ?? [];
  const shift = exponent + zeros.length - fraction.length;
  if (shift < 0 || shift > 400) return undefined;
  return BigInt(before + fraction) * BigInt(factor || 1) * 10n ** BigInt(shift);
}

const powers: Readonly<Record<string, string>> = Object.fromEntries(
  [...'⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺'].map((sign, at) => [sign, '0123456789-+'.charAt(at)]),
);
/** What may precede "minus 7" if it is a negative number and not a subtraction. */
const beforeMinus = String.raw`(?<=^\W*|\b(?:is|are|was|be|equals|to|of|about|exactly|gives|becomes|answer|result)\W+|[=:≈]\s*)`;
const minus = new RegExp(String.raw`(?:(?<![-\p{L}])negative|${beforeMinus}minus)\s+(?=(?:${currency}\s?)?\.?\d)`, 'giu');

/** "€694,00" and "1.234,50 €" have a decimal comma. */
const euros = /(€\s?|(?<![\d.,])(?=[\d. ]{1,24},\d{2}\s?(?:€|EUR\b|euros?\b)))(\d{1,3}(?:[. ]\d{3})+|\d+),(\d{2})(?![\d,])/gi;

/** Undoes the LaTeX, Markdown and typography that models put around numbers. */
function plainText(text: string): string {
  return (
    halfWidth(text)
      .replaceAll('{,}', ',')
      .replaceAll('\\!', '')
      // The point of an abbreviation belongs to the abbreviation: "Rp.500", "S/.20".
      .replace(/(?<=\p{L}\/?)\.(?=\d)/gu, '. ')
      .replace(/\\[dtc]?frac\s*\{\s*(-?[\d.,]+)\s*\}\s*\{\s*([\d.,]+)\s*\}/g, ' $1/$2')
      .replace(/\\[dtc]?frac\s*(\d)\s*(\d)/g, ' $1/$2')
      .replace(/\\(?:text|textbf|textit|mathrm|mathbf|mbox|operatorname)\s*\{([^{}]*)\}/g, ' $1 ')
      .replace(/(?<=\d)(?:\\[,;:]|[\u00a0\u2009\u202f])(?=\d{3}(?!\d))/g, ',')
      .replace(/(?<![\d.,])\d{1,3}(?: \d{3})+(?![.,]?\d)/g, joinedGroups)
      .replace(/\\times|\\cdot/g, '×')
      // "3 ± 0.1" is about 3, and 7:00 an hour.
      .replace(/(?<=\d)\s?(?:±|\\pm(?![a-z])|\+\/-)\s?[$€£]?\d*\.?\d+%?/g, '')
      .replace(/(?<![\d:])(\d{1,2}):00(?![\d:])/g, '$1')
      .replace(/\\[,;: ]|~|[\u00a0\u2009\u202f]/g, ' ')
      .replace(/\\([$%])/g, '$1')
      .replace(/(?<=\d)([⁻⁺]?[⁰¹²³⁴-⁹]+)/g, (raised) => `^{${[...raised].map((sign) => powers[sign]).join('')}}`)
      // A unit's exponent is not a number: "25 cm^2".
      .replace(/(?<=\p{L})(?:\^\{?[-+]?\d+\}?|[⁻⁺]?[⁰¹²³⁴-⁹]+)/gu, '')
      .replace(
        /(\d?)([¼-¾⅐-⅞])/g,
        (_, digit: string, part: string) => `${digit} ${part.normalize('NFKC').replace('\u2044', '/')}`,
      )
      .replace(/(?<=\d) and (an?|one|two|three)[ -](half|thirds?|quarters?|fourths?)\b/gi, partInDigits)
      .replace(/(?<![\d./,])(\d+) and (?=(\d{1,2})\/(\d{1,2})(?![\d/]))/g, (all, whole: string, top: string, bottom: string) =>
        Number(top) < Number(bottom) ? `${whole} ` : all,
      )
      .replace(/(?<![\d.,])(\d{1,3})\.(\d{3})(?=\s?(?:€|EUR\b|euros?\b))/g, '$1$2')
      .replace(euros, (_all, before: string, whole: string, cents: string) => `${before}${whole.replace(/[. ]/g, '')}.${cents}`)
      .replace(
        /(?<![-\d.,])(\d[\d.,]*\s?(?:°|degrees?)?\s?(?:[CF]|Celsius|Fahrenheit)?\s(?:below\szero|below\s0))(?!\w)/gi,
        '-$1',
      )
      .replace(/[\u2212\ufe63\uff0d\u2013](?=\s?[$€£¥₹]?[\d.])/g, '-')
      .replace(minus, '-')
      .replace(/[*_`]{1,3}/g, (marks, at: number, whole: string) => (isBetweenDigits(whole, at, marks.length) ? marks : ''))
  );
}

/** "3 and three quarters" as "3 3/4". */
function partInDigits(all: string, count: string, name: string): string {
  const part = fractionInWords([count.toLowerCase(), name.toLowerCase()]);
  const bottom = part && [2, 3, 4].find((each) => Number.isInteger(part.value * each));
  return part === undefined || bottom === undefined ? all : ` ${part.value * bottom}/${bottom}`;
}

/** "20 000" and "1 234 567" are numbers, and so is "12 500" alone; in a text "3 100" may be two. */
function joinedGroups(text: string, at: number, whole: string): string {
  const [, ...groups] = text.split(' ');
  const beside = `${whole.slice(0, at)}${whole.slice(at + text.length).replace(currencyBehind, '')}`;
  const alone = !/[\p{L}\p{N}]/u.test(beside);
  return alone || groups.length > 1 || groups[0]?.startsWith('0') ? text.replaceAll(' ', '') : text;
}

/** Written behind an amount where blanks part thousands: "12 500 kr". */
const currencyBehind = /^\s(?:kr|Kč|zł|Ft|EUR|USD|FCFA|руб|euros?|dollars?)\.?\s*$/iu;

/** "3*4" and "3 * 4" keep their asterisk, and "**34**" loses them. */
function isBetweenDigits(text: string, at: number, length: number): boolean {
  const isProduct = length === 1 && /\d\s$/.test(text.slice(Math.max(0, at - 2), at)) && /^\s\d/.test(text.slice(at + 1, at + 3));
  return isProduct || (/\d/.test(text[at - 1] ?? '') && /\d/.test(text[at + length] ?? ''));
}
