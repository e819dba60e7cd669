import type { Query } from '../benchmark.ts';
import { withoutRemark } from '../replies/without-aside.ts';
import { bestMarked } from './best-marked.ts';
import { goldAnswers } from './gold-answers.ts';
import { numberOfParts } from './last-number.ts';
import { countInWord } from './number-words.ts';
import type { Scorer } from './scorer.ts';
import { statedNumber } from './stated-number.ts';
import { tokenOverlap } from './token-overlap.ts';
import { answerTokens, bestReading, isNumberToken, type Reader, type Tokens, wordReaders } from './word-answer.ts';

/**
 * DROP's official measure, on the answer that is marked as final: an answer may be several spans, each gold span is aligned with
 * the answer's best-matching span, surplus spans cost, and a span whose numbers differ from the gold one's is wrong. Unlike the
 * official measure, numbers are compared as numbers (word-answer.ts), a number is right with its unit or in a sentence that has
 * no other number, and nothing is rounded.
 */
export const dropStrict = {
  name: 'drop-strict',
  description: "DROP's F1 on the marked answer: spans aligned, numbers must match, several guesses cost",
  takesSeveral: true,
  score(answer: string, query: Query) {
    return bestMarked(answer, (extracted) => {
      const spans = [extracted, lastSentence(extracted)];
      const remarked = withoutRemark(extracted);
      return bestOf(query, (gold) => Math.max(overlap(spans, gold), remarked === undefined ? 0 : overlap([remarked], gold)));
    });
  },
} satisfies Scorer;

/** The score for the best-matching gold answer. */
export function bestOf(query: Query, score: (gold: string) => number): number {
  return Math.max(0, ...goldAnswers(query).map(score));
}

/** More spans than this mean nothing; the limit bounds the search for the best alignment. */
const mostSpans = 8;

/** "from 1933 to 1939". */
const years =
  /\b(?:[Ii]n|[Ff]rom|[Bb]etween|[Ss]ince|[Dd]uring|[Bb]y|of)\s(?:the\s(?:years?\s)?|\p{Lu}\p{Ll}+\s)?(?:1[5-9]|20)\d\d(?:\s?(?:to|and|until|[-\u2013])\s?(?:\p{Lu}\p{Ll}+\s)?(?:1[5-9]|20)\d\d)?(?![\d,.]\d|\d)/gu;
const none = /^\W*(?:none|nothing|nobody|no one)(?:\sof\s\p{L}+(?:\s\p{L}+)?)?\W*$/iu;

/**
 * If a number is wanted, the last sentence may give it ("3,700 - 1,700 = 2,000. So it is 2,000 more."), and so may the end of a
 * calculation ("27 - 17 = 10 points") or what stands before one in brackets ("10 (27 - 17)").
 */
function overlap([whole = '', last = '']: readonly string[], gold: string): number {
  const [token = '', ...more] = answerTokens(gold);
  const isNumber = more.length === 0 && isNumberToken(token);
  const meant = isNumber
    ? [
        statedNumber(last)?.text ?? '',
        last.replace(years, ''),
        last.replace(itsParts, ''),
        numberOfParts(last)?.text ?? '',
        inDecimals(whole),
      ]
    : [];
  // "3 touchdowns: two by Jones, one by Smith".
  const [, counted = whole] = /^(\S+(?:\s\p{L}+){0,2}):\s/u.exec(whole) ?? [];
  if (token === '0' && isNumber && none.test(whole)) return 1;
  const counts = countInWord(whole.replace(/[^\p{L}]+/gu, '').toLowerCase());
  if (isNumber && counts !== undefined) return String(counts) === token ? 1 : 0;
  const texts = isNumber ? [whole, last, counted] : [whole];
  // A calculation's end is right or wrong: its other numbers do not make a wrong one better.
  const isResult = (read: Reader) => isNumber && alignedOverlap(resultOf(last), gold, read) === 1;
  // "258 more voters in 2013 than in 2009": a number is wholly right, or what describes it makes it no better.
  const isMeant = (read: Reader) => meant.some((text) => alignedOverlap(text, gold, read) === 1);
  return bestReading(wordReaders, (read) =>
    isResult(read) || isMeant(read) ? 1 : Math.max(...texts.map((text) => alignedOverlap(text, gold, read))),
  );
}

/** "3 field goals, from 25, 31 and 40 yards". */
const itsParts = /,\s(?:from|of|at|with)\s(?:\d+(?:\s\p{L}+)?,\s)*\d+(?:\s\p{L}+)?,?\sand\s\d+\s\p{L}+[\s.]*$/u;

/** "1/2" and "half" as 0.5, if nothing else is said. */
function inDecimals(text: string): string {
  const [, above, below] = /^\W*(\d{1,4})\/(\d{1,4})(?:\s\p{L}+)?\W*$/u.exec(text) ?? [];
  if (above !== undefined && Number(below) > 0) return String(Number(above) / Number(below));
  return /^\W*(?:an?\s|one[\s-])?half\W*$/i.test(text) ? '0.5' : '';
}

/** "27 - 17 = 10", "27 minus 17 is 10", "they scored 14 and 7, so 21". */
function resultOf(text: string): string {
  const [result = '', ...calculation] = text
    .split(
      /=|≈|→|,\s(?:so|thus|hence|therefore)\b|(?<=\b(?:minus|plus|difference between|sum of)\s[^.;]{0,60}\d[^.;\d]{0,20})\s(?:is|equals)\s/,
    )
    .reverse();
  return calculation.length > 0 && !/\d/.test(result) ? text : result.replace(/\s*\((?!\s*(?:or|and)\b)[^()]*\)\s*$/, '');
}

function lastSentence(text: string): string {
  return text.split(/(?<=[.!?])\s+|\n+/).findLast((sentence) => /[\p{L}\p{N}]/u.test(sentence)) ?? text;
}

function alignedOverlap(answer: string, gold: string, read: Reader): number {
  const spans = spansOf(answer, '|', read);
  const expected = spans.length > 1 ? spansOf(gold, /,\s|\band\b/, read) : [read(gold)];
  if (spans.length === 0 || spans.length > mostSpans || expected.length > mostSpans) return 0;
  const withUnits = read === answerTokens;
  const overlaps = expected.map((span) => spans.map((candidate) => spanOverlap(candidate, span, withUnits)));
  return bestAlignment(overlaps) / Math.max(spans.length, expected.length);
}

function spansOf(text: string, separator: string | RegExp, read: Reader): Tokens[] {
  return text
    .split(separator)
    .map(read)
    .filter((tokens) => tokens.length > 0);
}

function spanOverlap(answer: Tokens, gold: Tokens, withUnits: boolean): number {
  const expected = gold.filter(isNumberToken);
  const numbers = answer.filter(isNumberToken);
  if (expected.length > 0 && !expected.some((number) => numbers.includes(number))) return 0;
  // "43 yards", "Carr threw for 163 yards."; but the million of "1.6 million" is not a unit.
  if (withUnits && gold.length === 1 && expected.length === 1 && new Set(numbers).size === 1) return 1;
  // Each word counts once, as in the official measure.
  return tokenOverlap([...new Set(answer)], [...new Set(gold)]);
}

/** The best sum of overlaps if each gold span is given a span of its own. */
function bestAlignment(overlaps: readonly (readonly number[])[]): number {
  let best = new Map<number, number>([[0, 0]]);
  for (const row of overlaps) {
    const next = new Map(best);
    for (const [taken, sum] of best) {
      row.forEach((overlap, span) => {
        const also = taken | (1 << span);
        if (also !== taken) next.set(also, Math.max(next.get(also) ?? 0, sum + overlap));
      });
    }
    best = next;
  }
  return Math.max(...best.values());
}
