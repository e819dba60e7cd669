import { type Announcement, announcements } from '../replies/announced-text.ts';
import { boxedTexts } from '../replies/boxes.ts';
import { announcedBelowBoxes } from '../replies/marked-answer.ts';
import { withoutConfidence } from '../replies/without-confidence.ts';
import { numberAlone, numberOfMarked, numberOfWords } from './marked-number.ts';
import { type ReadNumber, readNumbers } from './read-number.ts';

/** Each reader gives the texts that it takes as marked, in order of appearance; the last one with a number counts. */
const markedAnswers: readonly ((text: string, announced: readonly Announcement[]) => string[])[] = [
  (_, announced) => textsOf(announced, ({ kind }) => kind === 'tag'),
  (text) => belowBoxes(text).filter(isOneNumber),
  boxedTexts,
  hashedTexts,
  (_, announced) => textsOf(announced, ({ kind }) => kind !== 'tag').filter(isOneNumber),
  resultTexts,
  boldTexts,
  (_, announced) => textsOf(announced, ({ kind }) => kind !== 'tag'),
];

/** The number that the text marks as final, otherwise its last one. Words count as numbers if there are no digits. */
export function finalNumber(answer: string): ReadNumber | undefined {
  // The number alone, as most answers are: it marks nothing.
  if (/^\s*\d{1,15}\s*$/.test(answer)) return readNumbers(answer).at(-1);
  const text = withoutConfidence(answer);
  const announced = announcements(text);
  for (const marked of markedAnswers) {
    for (const candidate of marked(text, announced).reverse()) {
      const found = numberOfMarked(candidate);
      if (found) return found;
    }
  }
  return numberAlone(text) ?? lastNumber(text);
}

/** A remark behind the answer: "18 (9 at 2)", but not "36 (20 + 16 = 36)". */
const closingRemark = /\s\([^()=\n]{1,80}\)[\s.*_]*$/;

function lastNumber(text: string): ReadNumber | undefined {
  const before = text.replace(closingRemark, '');
  const found = readNumbers(before).at(-1) ?? (before === text ? undefined : numberOfWords(before));
  return found ?? readNumbers(text).at(-1) ?? numberOfWords(text);
}

/** Not a sentence with several, such as "The 42 kg bag lasts for 3 weeks". */
function isOneNumber(text: string): boolean {
  return /^[^\p{L}]*\d|=|≈|\\approx/u.test(text) || new Set(readNumbers(text).map(({ value }) => value)).size <= 1;
}

function belowBoxes(text: string): string[] {
  const announced = announcedBelowBoxes(text);
  return announced === undefined ? [] : [announced];
}

function textsOf(announced: readonly Announcement[], wanted: (one: Announcement) => boolean): string[] {
  return announced.filter(wanted).map((one) => one.text);
}

function hashedTexts(text: string): string[] {
  return [...text.matchAll(/^[^\S\n]*####(.*)$/gm)].map((match) => match[1] ?? '');
}

/** "The result is …", up to the end of the sentence. */
function resultTexts(text: string): string[] {
  const result = /\bresult\b[\s*_:]{0,20}(?:is|are|=|:)[\s*_:]{0,20}(?:\\\[|\$\$)?\s{0,20}((?:(?!\.(?:\s|$)|\n).)+)/gi;
  return [...text.matchAll(result)].map((match) => match[1] ?? '');
}

/** **36 signatures**, and **Total: 36** in the last line, but not a heading such as **Step 2: add them**. */
function boldTexts(text: string): string[] {
  return [...text.matchAll(/\*\*([^*\n]+)\*\*/g)]
    .filter(({ 1: bold = '', index, 0: { length } }) => {
      const isNamed = /^[\p{L}\s]+[:=]\s*\W?\d/u.test(bold) && !/\n\s*\S/.test(text.slice(index + length));
      return isNamed || (/^\W*\d/.test(bold) && !/^\s*\d+\s*[.):]\s/.test(bold));
    })
    .map((match) => match[1] ?? '');
}
