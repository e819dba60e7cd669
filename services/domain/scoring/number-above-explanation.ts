import { type ReadNumber, readNumbers } from './read-number.ts';
import { amount } from './stated-number.ts';

/** "18", "18 apples." or "It is 18." as the first line or sentence. */
const opening = new RegExp(
  String.raw`^[^\p{L}\p{N}\n]*(?:it(?:['’]s|\sis)\s)?([-\u2212]?${amount})(?:\s[\p{L}/]+){0,3}(?:[*_]*\s*\n\s*|[.!][*_]*\s+(?=\p{Lu}|\n))`,
  'iu',
);
/** "1. She has 3 boxes." begins a list. */
const listed = /^\W*1[.)]\s|\n\W*2[.)]\s/;
/** Where the rest comes to a number, that one counts. */
const concludes =
  /[=≈→]|\b(?:so|thus|hence|therefore|then|total|altogether|in all|answer|result|leav\p{L}+|left|remain\p{L}*|mak(?:es?|ing)|gives?|giving|final\p{L}*|wait|actually|correct\p{L}*|step|but|however|round\p{L}*|(?:since|because|as)\b[^.,]*,)(?![\p{L}\p{N}])/iu;

/** What a text says first, alone in a line or a sentence, if the rest only explains it: "18. He has 3 boxes with 6 each." */
export function numberAboveExplanation(text: string): ReadNumber | undefined {
  const [whole, digits = ''] = opening.exec(text) ?? [];
  if (whole === undefined || listed.test(text)) return undefined;
  const rest = text.slice(whole.length);
  const lastLine = rest.trimEnd().split('\n').at(-1) ?? '';
  const found = readNumbers(digits).at(0);
  if (found === undefined || !/\d/.test(rest) || !/\p{L}{2}.*\s/u.test(lastLine) || opening.test(`${lastLine}\n`))
    return undefined;
  const isResult = readNumbers(rest.split('=').slice(1).join(' , ')).some(({ value }) => value === found.value);
  return isResult || !concludes.test(rest) ? found : undefined;
}
