import { countInWord, fractionInWords, numberInWords } from './number-words.ts';
import { type ReadNumber, readNumbers } from './read-number.ts';

/** "20 + 16 = 36 signatures" is 36; "36 of the 100 signatures" is 36. */
export function numberOfMarked(marked: string): ReadNumber | undefined {
  // "Four: 10 - 6".
  const inWords = /^[^\p{L}\p{N}]*(\p{L}+(?:[ -]\p{L}+){0,5})\s?[:(]/u.exec(marked)?.[1];
  const headed = inWords === undefined ? undefined : numberOfWords(inWords);
  if (headed !== undefined) return headed;
  const own = marked.replace(subject, '');
  // If it is all that is marked, "12 500" is one number.
  const text = /^\D*\d{1,3}(?: \d{3})+\D*$/.test(own) ? own.replace(/(?<=\d) (?=\d)/g, '') : own;
  const parts = text.split(/[-=]{1,2}>|=|\\approx|≈|[→⇒]|\\(?:to|[rR]ightarrow|implies)(?![a-zA-Z])/);
  const result = numberAlone(parts.at(-1) ?? '') ?? readNumbers(parts.at(-1) ?? '').at(0);
  return result ?? readNumbers(text).at(0) ?? numberOfWords(text);
}

/** "The 42 kg bag lasts for 3 weeks" is about the bag, and "In 2 months, she sold 72" about the months. */
const subject =
  /^\W*(?:(?:the|each|every|all|these|those|his|her|their)\s\d[\d,.]*[\s-]?\p{L}+\s|\d[\d,.]*\s\p{L}+\s(?=(?:will\s|would\s)?(?:costs?|comes?|makes?|equals?|weighs?|totals?)\s)|(?:in|after|for|over|within|with|at|by|on|during|if|since|when|from|out of|of)\s[^,\d]{0,40}\d[\d.]*[^,\d]{0,40},\s)(?=.*\d)/iu;

/** What a text says that is nothing else: a number with a decimal comma, a calculation, or several numbers, which are none. */
export function numberAlone(text: string): ReadNumber | undefined {
  const plain = text.replace(/\$\$?|\\[()[\]]|(?<!\d)\*\*|\*\*(?!\d)|`/g, '').trim();
  return withDecimalComma(plain) ?? calculated(plain) ?? several(plain);
}

/** 12,5 and 1.234,56 €; three digits behind a comma are thousands. */
const decimalComma = /^([^\p{L}\p{N}()[\]{}]*)(\d{1,3}(?:[. ]\d{3})+|\d+),(\d{1,2})(?![\d,]|\.\d)([^\d()[\]{}]*)$/u;

function withDecimalComma(text: string): ReadNumber | undefined {
  const [, before = '', digits = '', decimals = '', after = ''] = decimalComma.exec(text) ?? [];
  if (digits === '') return undefined;
  return readNumbers(`${before}${digits.replace(/[. ]/g, '')}.${decimals}${after}`).at(0);
}

/** Sums and products of plain numbers; "5-10" may be a range, and "3/4" is a number. */
function calculated(text: string): ReadNumber | undefined {
  const plain = text
    .replace(/\\times|\\cdot|[×·]/g, '*')
    .replace(/\\div|÷/g, '/')
    .replace(/[\u2212\u2013]/g, '-')
    .replace(/\\[,;! $]|[€£]/g, '');
  if (!/\d\s*[+*]\s*[$]?\d|\d\s+-\s+\d/.test(plain) || /\*\*|\^/.test(plain)) return undefined;
  const bare = plain.replace(/\s+/g, '').replace(/(?<=\d),(?=\d{3}(?!\d))/g, '');
  if (!/^-?\d+(?:\.\d+)?(?:[-+*/]\d+(?:\.\d+)?)+$/.test(bare)) return undefined;
  const value = bare
    .split(/(?<=\d)(?=[-+])/)
    .map((term) => term.split(/(?=[*/])/).reduce(factor, 1))
    .reduce((sum, term) => sum + term, 0);
  const whole = Number.isSafeInteger(value) ? { whole: BigInt(value) } : {};
  return { value, ...whole, percent: false, text };
}

function factor(product: number, part: string): number {
  const number = Number(part.replace(/^[*/]/, ''));
  return part.startsWith('/') ? product / number : product * number;
}

const oneNumber = String.raw`[-\u2212]?[$€£]?\d[\d,]*(?:\.\d+)?%?`;
const numbers = new RegExp(
  String.raw`^\W*?(?:between\s+)?${oneNumber}(?:(?:,\s+|,?\s+(?:and|or|to)\s+)${oneNumber})+(?:\s\p{L}+)?\W*$`,
  'u',
);

/** "3 apples and 8 pears". */
const counted = new RegExp(
  String.raw`^\W*?${oneNumber}(?:\s\p{Ll}+){1,2}\sand\s${oneNumber}(?:\s(?!(?:left|more|extra|remaining)\b)\p{Ll}+){1,3}\W*$`,
  'u',
);

/** "70-80" and "5 – 10 apples". */
const range = new RegExp(String.raw`^\W*?(${oneNumber})\s?[-\u2013]\s?(\d[\d,]*(?:\.\d+)?)%?(?:\s\p{L}+)?\W*$`, 'u');

function isRange(text: string): boolean {
  const [low, high] = (range.exec(text)?.slice(1) ?? []).map((digits) => readNumbers(digits).at(0)?.value ?? 0);
  return low !== undefined && high !== undefined && low < high;
}

/** "10 or 12" answers nothing: no number is the same as this one. */
function several(text: string): ReadNumber | undefined {
  if (!numbers.test(text) && !counted.test(text) && !isRange(text)) return undefined;
  const values = new Set(readNumbers(text).map(({ value, percent }) => (percent ? value / 100 : value)));
  return values.size > 1 ? { value: Number.NaN, percent: false, text } : undefined;
}

/** What may follow: "dollars a day", "apples in all". */
const mostUnitWords = 4;
/** "three quarters", "half a cup", "a third party" is none. */
const mostFractionWords = 6;

/** "twenty-five dollars", "negative four", "about a dozen"; but "one of them" is not a number. */
export function numberOfWords(text: string): ReadNumber | undefined {
  const [, alone = ''] = /^\W*(\p{L}+)\W*$/u.exec(text) ?? [];
  const count = countInWord(alone.toLowerCase());
  if (count !== undefined) return { value: count, percent: false, text: alone };
  const words = text
    .toLowerCase()
    .replace(/\\[a-z]+/g, ' ')
    .match(/\p{L}+/gu);
  const [, before = ''] =
    /^((?:(?:about|approximately|around|roughly|exactly|only|just|minus|negative|total|number|the|is|of) )*)/.exec(
      `${words?.slice(0, 4).join(' ') ?? ''} `,
    ) ?? [''];
  const skipped = before.split(' ').length - 1;
  const counted = words?.slice(skipped, skipped + 20) ?? [];
  const fraction = counted.length <= mostFractionWords ? fractionInWords(counted) : undefined;
  const whole = numberInWords(counted);
  // "Half a dozen" is 6.
  const number = fraction === undefined || (whole?.length ?? 0) > fraction.length ? whole : fraction;
  const rest = words?.slice(skipped + (number?.length ?? 0)) ?? [];
  // A sentence that begins with a number word is about something else: "Two friends share it, and each gets a half".
  const isPart = rest[0] === 'of' && (number !== fraction || !/^of (?:an?|the|his|her|their|its) \p{L}+$/u.test(rest.join(' ')));
  if (words === null || number === undefined || isPart || rest.length > mostUnitWords) return undefined;
  const value = /minus|negative/.test(before) ? -number.value : number.value;
  return { value, percent: rest[0] === 'percent', text: words.slice(0, skipped + number.length).join(' ') };
}
