import type { Query } from '../benchmark.ts';
import type { Scorer } from './scorer.ts';

/**
 * AFlow's rule for GSM8K, with its quirks, so that published numbers can be compared: the last thing that looks like a number is
 * the answer, whatever surrounds it. A hyphen counts as a minus ("3-5" ends in -5), "1e3" ends in 3, and commas are dropped even
 * if they separate nothing ("12345,678" is 12345678). Digits of every script count, as in Python.
 */
const numberPattern = /[-+]?\p{Nd}+(?:,\p{Nd}{3})*(?:\.\p{Nd}+)?|\p{Nd}+\.\p{Nd}+/gu;
const tolerance = 1e-6;

export const gsm8kAflow = {
  name: 'gsm8k-aflow',
  description: 'AFlow on GSM8K: the last number in the text, equal to the reference within 1e-6',
  score(answer: string, query: Query) {
    const extracted = lastNumber(answer);
    const expected = lastNumber(query.reference);
    if (extracted === undefined || expected === undefined) return { score: 0, extracted: extracted ?? '' };
    const right = Math.abs(Number(expected) - Number(extracted)) <= tolerance;
    return { score: right ? 1 : 0, extracted };
  },
} satisfies Scorer;

function lastNumber(text: string): string | undefined {
  const last = text.match(numberPattern)?.at(-1);
  return last?.replaceAll(',', '').replace(/\p{Nd}/gu, asciiDigit);
}

/** Unicode encodes a script's digits as ten consecutive code points, 0 first; the few that adjoin another ten fold to ASCII. */
function asciiDigit(digit: string): string {
  const folded = digit.normalize('NFKC');
  if (/^[0-9]$/.test(folded)) return folded;
  const codePoint = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(codePoint - value - 1))) value += 1;
  return String(value);
}
