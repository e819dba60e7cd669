import { markedWords } from '../../replies/marked-answer.ts';
import { scorerKind } from './scorer-kind.ts';

export const choice = scorerKind({
  name: 'choice',
  description: 'the answer names the right one of several choices, as "B", "(B)", "Option B: …" or in its marked answer',
  options: { choices: { type: 'texts', default: ['A', 'B', 'C', 'D'], description: 'what a reference can be' } },
  create: (name, { choices }) => {
    const find = (text: string, last: boolean) => choiceIn(text, choices, last);
    return {
      name,
      description: `one of ${choices.join(', ')}`,
      score(answer, { reference }) {
        const marked = markedWords(answer);
        // A marked answer begins with its choice, "B, since A is wrong"; a text without a mark ends with it.
        const extracted = find(marked, marked === answer.trim() && marked.includes('\n')) ?? find(answer, true) ?? '';
        return { score: extracted !== '' && isSame(extracted, reference.trim()) ? 1 : 0, extracted };
      },
      faultOf: ({ reference }) =>
        choices.some((known) => isSame(known, reference.trim()))
          ? ''
          : `its reference "${reference}" is none of the choices ${choices.join(', ')}`,
    };
  },
});

function choiceIn(text: string, choices: readonly string[], last: boolean): string | undefined {
  const found = choices.flatMap((known) => placesOf(known, text).map((at) => ({ known, at })));
  found.sort((one, other) => one.at - other.at || other.known.length - one.known.length);
  return (last ? found.at(-1) : found[0])?.known;
}

/** A single letter counts in its own case only: "a" is an article. */
function placesOf(known: string, text: string): number[] {
  const name = known.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${name}(?![\\p{L}\\p{N}])`, known.length === 1 ? 'gu' : 'giu');
  const places = [...text.matchAll(whole)].map(({ index }) => index);
  const alone = text.trim().replace(/^\W+|\W+$/gu, '');
  return places.length === 0 && isSame(alone, known) ? [0] : places;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
