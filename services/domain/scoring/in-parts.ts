import { defined } from '../defined.ts';
import { sizesOf } from './in-two-units.ts';
import { countingWord, numberInWords } from './number-words.ts';
import { type ReadNumber, readNumbers } from './read-number.ts';

/** Blanks within a line, and LaTeX's commands around a unit. */
const gap = String.raw`(?:[^\S\n]|\\(?:text|mathrm|mbox)\s?\{|\}|\\[,;: ]){0,6}`;
/** "An hour" begins a quantity unless it ends a rate: "5 dollars an hour". */
const count = String.raw`\d[\d,]*(?:\.\d+)?|(?<!\p{L})(?:${countingWord}|(?<!\d[^.\n]{0,20})[Aa]n?)`;
/** With the point of an abbreviation: "5 ft. 8 in." */
const unit = String.raw`(\p{L}{1,12})(?:(?<=(?<!\p{L})\p{L}{2,3})\.)?`;
const part = `(${count})${gap}${unit}`;
const dimension = 'tall|long|wide|high|deep|thick';
const inParts = new RegExp(
  String.raw`(?<![\d.,/])${part},?${gap}(?:and${gap})?${part}(?![\p{L}\p{N}])(?<!\d${gap}in(?=\s+(?!${dimension})\p{L}))`,
  'gu',
);
/** 5'3" and "$12 and 50 cents" with their units. */
const feet = /(?<![\d.,'\u2032])(\d{1,2})\s?['\u2032]\s?(\d{1,2})\s?(?:["\u2033]|''|in\b)/g;
const dollars = /\\?\$(\d[\d,]*)(?=,?\s(?:and\s)?\d{1,2}\s?(?:cents?\b|\u00a2))/g;
/** Hours, minutes and seconds at most. */
const mostParts = 3;

/** A text in which each quantity of several units has one: "2 hours and 30 minutes" is "150 minutes". */
export interface JoinedParts {
  readonly text: string;
  /** The quantities that were joined, in their larger unit, by what they are in the smaller one. */
  readonly larger: ReadonlyMap<number, ReadNumber>;
}

export function joinedParts(answer: string): JoinedParts {
  const larger = new Map<number, ReadNumber>();
  let text = answer.replace(feet, '$1 feet $2 inches').replace(dollars, '$1 dollars');
  for (let joined = 1; joined < mostParts; joined += 1) {
    text = text.replace(inParts, (all, one: string, unit: string, another: string, otherUnit: string) => {
      const [left, right] = [sizeOf(one), sizeOf(another)];
      const [size, otherSize] = sizesOf(unit, otherUnit);
      if (left === undefined || right === undefined || size === undefined || otherSize === undefined) return all;
      // "2 hours and 90 minutes" are two quantities.
      if (right * otherSize >= size) return all;
      const whole = left * size + right * otherSize;
      const value = rounded(whole / otherSize);
      larger.set(value, { value: whole / size, percent: false, text: all, ...defined({ other: larger.get(left) }) });
      const isOpen = all.lastIndexOf('{') > all.lastIndexOf('}');
      return `${value} ${isOpen ? '\\text{' : ''}${otherUnit}`;
    });
  }
  return { text, larger };
}

function sizeOf(amount: string): number | undefined {
  if (/^an?$/i.test(amount)) return 1;
  const words = amount.split('-');
  return numberInWords(words)?.value ?? readNumbers(amount).at(0)?.value;
}

/** Without the noise of binary fractions. */
const rounded = (value: number): number => Number(value.toPrecision(12));
