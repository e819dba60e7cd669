import type { Query } from '../benchmark.ts';
import { boxedTexts } from '../replies/marked-answer.ts';
import { type ReadNumber, readNumbers } from './read-number.ts';
import type { Scorer } from './scorer.ts';

const tolerance = 1e-6;

/** What a careful person would accept: the answer that the text marks as final, else the last number in it. */
export const gsm8kStrict = {
  name: 'gsm8k-strict',
  description: 'the marked final answer (boxed, ####, "answer is", bold), else the last number; units and notation do not matter',
  score(answer: string, query: Query) {
    const extracted = finalNumber(answer);
    const expected = readNumbers(query.reference).at(-1);
    if (extracted === undefined) return { score: 0, extracted: '' };
    return { score: expected !== undefined && isSame(extracted, expected) ? 1 : 0, extracted: extracted.text };
  },
} satisfies Scorer;

function isSame(answer: ReadNumber, expected: ReadNumber): boolean {
  const near = (value: number) => Math.abs(value - expected.value) <= tolerance * Math.max(1, Math.abs(expected.value));
  return near(answer.value) || (answer.percent && !expected.percent && near(answer.value / 100));
}

/** Each reader gives the texts that it holds for marked, in order of appearance; the last one with a number counts. */
const markedAnswers: readonly ((text: string) => string[])[] = [boxedTexts, hashedTexts, announcedTexts, boldTexts];

/** The number that the text marks as final, else its last one. */
export function finalNumber(text: string): ReadNumber | undefined {
  for (const marked of markedAnswers) {
    for (const candidate of marked(text).reverse()) {
      const found = numberOfMarked(candidate);
      if (found) return found;
    }
  }
  return readNumbers(text).at(-1);
}

/** "20 + 16 = 36 signatures" is 36; "36 of the 100 signatures" is 36. */
function numberOfMarked(text: string): ReadNumber | undefined {
  const parts = text.split(/=|\\approx|≈/);
  const result = readNumbers(parts.at(-1) ?? '').at(0);
  return result ?? readNumbers(text).at(0);
}

function hashedTexts(text: string): string[] {
  return [...text.matchAll(/^\s*####(.*)$/gm)].map((match) => match[1] ?? '');
}

/** "The answer is …", "Final answer: …", up to the end of the sentence. */
function announcedTexts(text: string): string[] {
  const announced =
    /(?<!\b(?:proposed|previous|original|initial|given|provided)\s)\b(?:answer|result)\b[\s*_:]*(?:is|are|=|:)[\s*_:]*(?:\\\[|\$\$)?\s*((?:(?!\.(?:\s|$)|\n).)+)/gi;
  return [...text.matchAll(announced)].map((match) => match[1] ?? '');
}

/** **36 signatures**, but not a heading such as **Step 2: add them**. */
function boldTexts(text: string): string[] {
  return [...text.matchAll(/\*\*([^*\n]+)\*\*/g)]
    .map((match) => match[1] ?? '')
    .filter((bold) => /^\W*\d/.test(bold) && !/^\s*\d+\s*[.):]\s/.test(bold));
}
