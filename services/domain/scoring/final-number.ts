import { type Announcement, announcements } from '../replies/announced-text.ts';
import { boxedTexts } from '../replies/boxes.ts';
import { announcedBelowBoxes } from '../replies/marked-answer.ts';
import { numberInWords } from './number-words.ts';
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
export function finalNumber(text: string): ReadNumber | undefined {
  // The number alone, as most answers are: it marks nothing.
  if (/^\s*\d{1,15}\s*$/.test(text)) return readNumbers(text).at(-1);
  const announced = announcements(text);
  for (const marked of markedAnswers) {
    for (const candidate of marked(text, announced).reverse()) {
      const found = numberOfMarked(candidate);
      if (found) return found;
    }
  }
  return readNumbers(text).at(-1) ?? numberOfWords(text);
}

/** "20 + 16 = 36 signatures" is 36; "36 of the 100 signatures" is 36. */
function numberOfMarked(marked: string): ReadNumber | undefined {
  // If it is all that is marked, "12 500" is one number.
  const text = /^\D*\d{1,3}(?: \d{3})+\D*$/.test(marked) ? marked.replace(/(?<=\d) (?=\d)/g, '') : marked;
  const parts = text.split(/[-=]{1,2}>|=|\\approx|≈|[→⇒]|\\(?:to|[rR]ightarrow|implies)(?![a-zA-Z])/);
  const result = readNumbers(parts.at(-1) ?? '').at(0);
  return result ?? readNumbers(text).at(0) ?? numberOfWords(text);
}

/** What may follow: "dollars a day", "apples in all". */
const mostUnitWords = 4;

/** "twenty-five dollars", "negative four", "about a dozen"; but "one of them" is not a number. */
function numberOfWords(text: string): ReadNumber | undefined {
  const words = text
    .toLowerCase()
    .replace(/\\[a-z]+/g, ' ')
    .match(/\p{L}+/gu);
  const [, before = ''] =
    /^((?:(?:about|approximately|around|roughly|exactly|only|just|minus|negative|total|number|the|is|of) )*)/.exec(
      `${words?.slice(0, 4).join(' ') ?? ''} `,
    ) ?? [''];
  const skipped = before.split(' ').length - 1;
  const number = numberInWords(words?.slice(skipped, skipped + 20) ?? []);
  const rest = words?.slice(skipped + (number?.length ?? 0)) ?? [];
  // A sentence that begins with a number word is about something else: "Two friends share it, and each gets a half".
  if (words === null || number === undefined || rest[0] === 'of' || rest.length > mostUnitWords) return undefined;
  const value = /minus|negative/.test(before) ? -number.value : number.value;
  return { value, percent: rest[0] === 'percent', text: words.slice(0, skipped + number.length).join(' ') };
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
