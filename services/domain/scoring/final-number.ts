import { afterRetraction } from '../replies/after-retraction.ts';
import { type Announcement, announcements } from '../replies/announced-text.ts';
import { boxedTexts } from '../replies/boxes.ts';
import { announcedBelowBoxes } from '../replies/marked-answer.ts';
import { withoutConfidence } from '../replies/without-confidence.ts';
import { joinedParts } from './in-parts.ts';
import { inOtherUnit } from './in-two-units.ts';
import { lastNumber } from './last-number.ts';
import { numberAlone, numberOfMarked } from './marked-number.ts';
import { type ReadNumber, readNumbers } from './read-number.ts';
import { withoutRemainder } from './without-remainder.ts';

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
  const later = afterRetraction(text);
  return (later === undefined ? undefined : numberOf(later)) ?? numberOf(text);
}

function numberOf(answer: string): ReadNumber | undefined {
  const { text, larger } = joinedParts(withoutRemainder(answer));
  const withOther = (found: ReadNumber, near: string): ReadNumber => {
    const other = inOtherUnit(near, found) ?? larger.get(found.value);
    return other === undefined ? found : { ...found, other };
  };
  const announced = announcements(text);
  for (const marked of markedAnswers) {
    for (const candidate of marked(text, announced).reverse()) {
      const found = /^\W*not\s/i.test(candidate) ? undefined : numberOfMarked(candidate);
      if (found) return withOther(found, candidate);
    }
  }
  const last = numberAlone(text) ?? lastNumber(text);
  return last && withOther(last, text.slice(-longestPair));
}

/** Of the end of a text; two units of one quantity stand close to each other. */
const longestPair = 200;

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
