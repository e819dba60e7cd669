import { mentionsIn, nameOf, nameSource } from './mentions-in.ts';

const good = '[Tt]rue|[Cc]orrect|[Rr]ight|[Yy]es|YES|T|[✓✔✅]';
const bad = '[Ff]alse|[Ii]ncorrect|[Ww]rong|[Nn]o|NO|F|[✗✘❌]';
/** "A right answer" is no verdict on A, but "A is right, since …" is. */
const verdict = String.raw`(?:(${good})|(?:${bad}))(?![\p{L}\p{N}]|\s(?!(?:because|since|as|and|but|while)\b)[a-z])`;
const isVerdict = new RegExp(`^(?:${good}|${bad})$`, 'iu');

/** The one choice that a text calls right where it judges several: "A: false, B: true", "A ✗ B ✓", or in lines "B) 4: yes". */
export function judgedChoice(text: string, choices: readonly string[]): string | undefined {
  if (choices.some((choice) => isVerdict.test(choice))) return undefined;
  const name = String.raw`(${nameSource(choices)})[*_"'”’)\]}]*`;
  const near = String.raw`(?<![\p{L}\p{N}])${name}(?:[^\S\n]?(?:[-–—:=(.]|is)){0,2}[^\S\n]?[*_(]{0,3}${verdict}`;
  const atEnd = String.raw`^[\s>#*_(\[-]{0,20}${name}\s?[).:–—-]?\s[^\n]{1,80}[:–—(-]\s?[*_]{0,3}${verdict}[).!*_]*[^\S\n]*$`;
  const verdicts = new Map<string, Set<boolean>>();
  const found = [near, atEnd].flatMap((source) => [...text.matchAll(new RegExp(source, 'gmu'))]);
  for (const [, written = '', isGood] of found) {
    const choice = nameOf(written, choices);
    if (choice !== undefined) verdicts.set(choice, new Set(verdicts.get(choice)).add(isGood !== undefined));
  }
  // "A is true and B is false; therefore D".
  const end = Math.max(0, ...found.map(({ index, 0: { length } }) => index + length));
  if (mentionsIn(text.slice(end), choices).some(({ refused }) => !refused)) return undefined;
  const right = [...verdicts].filter(([, said]) => said.has(true));
  const isClear = [...verdicts.values()].every(({ size }) => size === 1);
  return verdicts.size > 1 && isClear && right.length === 1 ? right[0]?.[0] : undefined;
}
