import type { Random } from '../../domain/ports.ts';
import { pick } from '../pick.ts';
import { bodyStart, codePlaces, type Place, replacedAt } from './python-source.ts';

/** A slip that people and models make: a pattern in the code, and what replaces it. */
interface Mutation {
  readonly pattern: RegExp;
  readonly replace: (text: string) => string;
  /** Applies to the last match only. */
  readonly last?: boolean;
}

/** Replaces one text by another, unless it is the end of a longer name. */
const swapped = (pairs: Readonly<Record<string, string>>): Mutation => ({
  pattern: new RegExp(Object.keys(pairs).map(literally).join('|')),
  replace: (text) => pairs[text] ?? text,
});

const literally = (text: string): string => text.replace(/[+*()]/g, '\\$&').replace(/^(?=\w)/, '\\b');

const mutations: readonly Mutation[] = [
  // Off by one.
  { pattern: /\brange ?\((?:[^()\n]|\([^()\n]*\))+\)/, replace: (text) => text.replace(/\)$/, ' - 1)') },
  { pattern: /\brange ?\((?:[^()\n]|\([^()\n]*\))+\)/, replace: (text) => text.replace(/\)$/, ' + 1)') },
  swapped({ ' <= ': ' < ', ' >= ': ' > ', '<=': '<', '>=': '>' }),
  { pattern: /\breturn [^\n]*\blen ?\([\w.]+\)/, replace: (text) => `${text} - 1` },
  { pattern: / [+-] 1\b(?!\.)/, replace: () => '' },
  // The wrong operation.
  swapped({ ' + ': ' - ', ' - ': ' + ', ' * ': ' + ' }),
  swapped({ ' == ': ' != ', ' != ': ' == ', '==': '!=' }),
  swapped({ ' and ': ' or ', ' or ': ' and ' }),
  swapped({ 'max(': 'min(', 'min(': 'max(' }),
  swapped({ 'return True': 'return False', 'return False': 'return True' }),
  { pattern: /\+= ?/, replace: () => '= ' },
  // A case or a step left out.
  { pattern: /^[ \t]+if [^\n]+:[ \t]*\n[ \t]+return [^\n]+\n/, replace: () => '' },
  { pattern: /\bsorted ?\((?:[^()\n]|\([^()\n]*\))+\)/, replace: (text) => text.replace(/^sorted/, 'list') },
  { pattern: /\breturn (?!None\b)[^\n]+/, replace: (text) => text.replace(/^return /, 'print(').concat(')'), last: true },
  { pattern: /\breturn (?!None\b)\w+[ \t]*$/, replace: (text) => text.replace(/^return (\w+).*/, 'return [$1]'), last: true },
];

const syntaxSlips: readonly Mutation[] = [
  { pattern: /:[ \t]*$/, replace: () => '' },
  { pattern: /\)[ \t]*$/, replace: () => '' },
];

/** Programs with one slip each in the body of a function, at most one of each sort. */
export function mutated(source: string, name: string, random: Random): string[] {
  const ends = (place: Place): boolean => endsSurely(source, place);
  return mutations.flatMap((mutation) => applied(mutation, source, name, random, ends));
}

/** Programs that are no longer valid Python. */
export function misspelt(source: string, name: string, random: Random): string[] {
  return syntaxSlips.flatMap((slip) => applied(slip, source, name, random, () => true));
}

/** Not at what a `while` loop ends by: a program that never ends costs its whole time limit each time it is judged. */
function endsSurely(source: string, { start }: Place): boolean {
  if (!/^[ \t]*while\b/m.test(source)) return true;
  const line = source.slice(source.lastIndexOf('\n', start - 1) + 1).split('\n')[0] ?? '';
  return !/^[ \t]*(?:while\b|[\w, ]+ ?(?:[-+*/%&|^]|\/\/|<<|>>)?=[^=])/.test(line);
}

function applied(
  { pattern, replace, last }: Mutation,
  source: string,
  name: string,
  random: Random,
  allows: (place: Place) => boolean,
): string[] {
  const places = codePlaces(source, pattern, bodyStart(source, name)).filter(allows);
  if (places.length === 0) return [];
  const place = last === true ? places.at(-1) : pick(places, random);
  return place === undefined ? [] : [replacedAt(source, place, replace(place.text))];
}
