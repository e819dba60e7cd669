import { fractionInWords, numberInWords } from '../number-words.ts';

const stated =
  /\b(?:is|are|equals|be|costs?|weighs?|measures?|needs?|contains?)\s+(?:(?:then|equal to|exactly|only|just|about|approximately|therefore|indeed)\s+){0,2}([a-z]+(?:[\s-]+[a-z]+){0,12})[\s.!]*$/i;

/** "The probability is one half", "There are six such numbers": the number of a sentence that has no digits. */
export function valueInWords(sentence: string): string | undefined {
  if (/[\d\\$]/.test(sentence)) return undefined;
  const words =
    stated
      .exec(sentence.replace(/\*/g, ''))?.[1]
      ?.toLowerCase()
      .split(/[\s-]+/) ?? [];
  const isNegative = words[0] === 'negative' || words[0] === 'minus';
  const counted = isNegative ? words.slice(1) : words;
  const fraction = fractionInWords(counted);
  const { length } = fraction ?? numberInWords(counted) ?? { length: 0 };
  const [next, afterNext] = counted.slice(length);
  const isPart = next === 'of' && (counted[0] === 'one' || afterNext !== 'them');
  if (length === 0 || isPart || counted.slice(length).includes('or')) return undefined;
  return `${isNegative ? 'negative ' : ''}${counted.slice(0, length).join(' ')}`;
}
