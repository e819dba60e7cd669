/** Numbers in English words: "twenty-five", "a hundred and five", "two and a half million". */

const below20 =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen';
const small = new Map(below20.split(' ').map((word, value) => [word, value]));
const tens = new Map('twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, at) => [word, 20 + 10 * at]));

/** A pattern for a word that is a number: "five", "twenty-five". */
export const countingWord = `(?:(?:${[...tens.keys()].join('|')})-)?(?:${[...small.keys(), ...tens.keys()].join('|')})`;

/** The factor by which the word multiplies the number before it, in the plural too. */
export const scales: ReadonlyMap<string, number> = new Map(
  Object.entries({
    dozen: 12,
    hundred: 1e2,
    thousand: 1e3,
    lakh: 1e5,
    million: 1e6,
    crore: 1e7,
    billion: 1e9,
    trillion: 1e12,
  }).flatMap(([word, value]) => [
    [word, value],
    [`${word}s`, value],
  ]),
);

export interface NumberInWords {
  readonly value: number;
  /** How many of the words it takes. */
  readonly length: number;
}

const parts: Readonly<Record<string, number>> = {
  half: 2,
  third: 3,
  quarter: 4,
  fourth: 4,
  fifth: 5,
  sixth: 6,
  eighth: 8,
  tenth: 10,
};

/** "half", "a quarter", "three fourths": what is a part of one, unless of something else, or an ordinal: "a third party". */
export function fractionInWords(words: readonly string[]): NumberInWords | undefined {
  const [first = '', second = ''] = words;
  const count = isArticle(first) ? 1 : small.get(first);
  const name = count === undefined ? first : second;
  const whole = parts[name.replace(/s$/, '')] ?? parts[name === 'halves' ? 'half' : ''];
  const isPlural = name.endsWith('s');
  if (whole === undefined || (count === undefined && name !== 'half') || (count ?? 1) > 1 !== isPlural) return undefined;
  return { value: (count ?? 1) / whole, length: count === undefined ? 1 : 2 };
}

/** The number that the words begin with; they are in lower case and split at hyphens. */
export function numberInWords(words: readonly string[]): NumberInWords | undefined {
  let total = 0;
  // "half a million", "half a dozen".
  const isHalf = words[0] === 'half' && isArticle(words[1]) && scales.has(words[2] ?? '');
  let current: number | undefined = isHalf ? 0.5 : undefined;
  let at = isHalf ? 2 : 0;
  let length = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const next = valueAfter(current, word, length === 0);
    const scale = scales.get(word);
    if (next !== undefined) current = next;
    else if (scale !== undefined && (current !== undefined || isArticle(words[at - 1]))) {
      // A hundred belongs to the thousand that follows it: "two hundred thousand".
      if (scale <= 100) current = (current ?? 1) * scale;
      else [total, current] = [total + (current ?? 1) * scale, undefined];
    } else if (word === 'and' && length > 0 && isPartOfOne(fractionInWords(words.slice(at + 1, at + 3)))) {
      current = (current ?? 0) + (fractionInWords(words.slice(at + 1, at + 3))?.value ?? 0);
      at += 2;
    } else if (!(at === 0 && isArticle(word)) && !(word === 'and' && length > 0 && length === at && isRound(current))) break;
    else continue;
    length = at + 1;
  }
  return length === 0 ? undefined : { value: total + (current ?? 0), length };
}

/**
 * What a word makes of the number so far: "twenty" and "five", "two hundred" and "five"; but "two" and "five" are two numbers.
 */
function valueAfter(before: number | undefined, word: string, first: boolean): number | undefined {
  const value = small.get(word) ?? tens.get(word);
  if (value === undefined) return undefined;
  if (before === undefined || first) return value;
  if (before < 1) return undefined;
  const free = before % 100 === 0 ? 100 : before % 10 === 0 && before % 100 >= 20 ? 10 : 0;
  return value > 0 && value < free ? before + value : undefined;
}

/** "a half" and "three quarters", behind a whole. */
const isPartOfOne = (part: NumberInWords | undefined): boolean => part !== undefined && part.length === 2 && part.value < 1;

/** What "and" may follow within a number. */
const isRound = (number: number | undefined): boolean => number === undefined || (number > 0 && number % 100 === 0);

const isArticle = (word: string | undefined): boolean => word === 'a' || word === 'an';

const irregular: Readonly<Record<string, string>> = {
  ...{ first: '1st', second: '2nd', third: '3rd', fifth: '5th', eighth: '8th', ninth: '9th', twelfth: '12th' },
};

const counts = new Map(Object.entries({ none: 0, nothing: 0, nobody: 0, once: 1, twice: 2, thrice: 3 }));

/** What a word counts that is no number: "none", "twice". */
export function countInWord(word: string): number | undefined {
  return counts.get(word);
}

/** "third" and "thirtieth" as "3rd" and "30th". */
export function ordinalInDigits(word: string): string | undefined {
  const known = irregular[word];
  if (known !== undefined) return known;
  const cardinal = word.replace(/ieth$/, 'y').replace(/th$/, '');
  const value = cardinal === word ? undefined : (small.get(cardinal) ?? tens.get(cardinal));
  return value === undefined ? undefined : `${value}th`;
}
