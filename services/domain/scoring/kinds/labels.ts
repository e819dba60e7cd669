import type { Query } from '../../benchmark.ts';
import { markedReadings } from '../../replies/marked-answer.ts';
import { mentionsIn, nameOf } from '../../replies/mentions-in.ts';
import { bestOfTexts } from '../best-marked.ts';
import { scorerKind } from './scorer-kind.ts';

const options = {
  choices: {
    type: 'texts',
    default: [],
    description: 'all labels that there are; without them, an answer must be a list and nothing else',
  },
  judge: {
    type: 'choice',
    choices: ['exact', 'any', 'f1'],
    default: 'exact',
    description:
      'exact: the answer names all right labels and no other; any: at least one right label and no other; f1: the harmonic mean of precision and recall',
  },
  separator: {
    type: 'text',
    default: ',',
    description: 'what stands between the labels of a reference that is a text',
  },
} as const;

export const labels = scorerKind({
  name: 'labels',
  description: 'the answer names the right set of labels, of which a query may have several',
  options,
  create: (name, { choices, judge, separator }) => {
    const rightIn = ({ reference, rightAnswers }: Pick<Query, 'reference' | 'rightAnswers'>): readonly string[] =>
      distinct((rightAnswers ?? reference.split(separator)).map((label) => label.trim()).filter((label) => label !== ''));
    return {
      name,
      description: judge === 'f1' ? 'overlap (F1) of the named labels with the right ones' : `the named labels, judged ${judge}`,
      takesSeveral: true,
      score: (answer, query) => {
        const right = rightIn(query).map(key);
        return bestOfTexts(markedReadings(answer), (text) => scoreOf(judge, namedIn(text, choices).map(key), right));
      },
      faultOf: (query) => {
        const right = rightIn(query);
        if (right.length === 0) return 'it has no label to compare with';
        const unknown = choices.length === 0 ? undefined : right.find((label) => nameOf(label, choices) === undefined);
        return unknown === undefined ? '' : `its label "${unknown}" is none of the choices ${choices.join(', ')}`;
      },
    };
  },
});

const everyOne = /^\W*(?:all|everything)(?:\s(?:of\s)?(?:them|the\sabove|these|four|five|three))?\W*$/i;
const allBut = /\b(?:all|everything|every\s(?:one|option|label))\b[^.\n]{0,30}?\s(?:except|but)(?:\sfor)?\s([^.\n]+)/i;

/** Those that a text refuses ("not billing") do not count. */
function namedIn(text: string, choices: readonly string[]): readonly string[] {
  if (choices.length > 0) {
    const run = /^\W*(\p{L}{2,})\W*$/u.exec(text)?.[1] ?? '';
    const letters = [...run].map((letter) => choices.find((choice) => choice === letter));
    // "AC" names A and C.
    if (run !== '' && nameOf(run, choices) === undefined && letters.every((letter) => letter !== undefined))
      return distinct(letters);
    const [, left = ''] = allBut.exec(text) ?? [];
    const named = mentionsIn(left, choices).map(({ choice }) => choice);
    const meansAll = everyOne.test(text) && !choices.some((choice) => everyOne.test(choice));
    if (meansAll || named.length > 0) return choices.filter((choice) => !named.includes(choice));
    return distinct(
      mentionsIn(text, choices)
        .filter(({ refused }) => !refused)
        .map(({ choice }) => choice),
    );
  }
  // A list's dash is no part of a label, and the sign of -1 is.
  const around = /^(?:[\s"'[\](){}*]|-(?!\.?\d))+|[\s"'[\](){}*.]+$/g;
  const parts = withPlainMinus(text)
    .split(/[,;|\n]|\s+and\s+/i)
    .map((part) => part.replace(around, ''));
  return distinct(parts.filter((part) => part !== ''));
}

function scoreOf(judge: 'exact' | 'any' | 'f1', named: readonly string[], right: readonly string[]): number {
  const hits = named.filter((label) => right.includes(label)).length;
  if (hits === 0) return 0;
  const [precision, recall] = [hits / named.length, hits / right.length];
  if (judge === 'exact') return precision === 1 && recall === 1 ? 1 : 0;
  return judge === 'any' ? Number(precision === 1) : (2 * precision * recall) / (precision + recall);
}

function key(label: string): string {
  return withPlainMinus(label.normalize('NFKC')).toLowerCase();
}

function withPlainMinus(text: string): string {
  return text.replace(/[\u2010\u2011\u207b\u2212]/g, '-');
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Map(texts.map((text) => [key(text), text])).values()];
}
