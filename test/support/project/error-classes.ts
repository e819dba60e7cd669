import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SubClass {
  readonly file: string;
  /** "" for a class without a name. */
  readonly name: string;
  readonly parent: string;
}

const comments = /\/\*[\s\S]*?\*\/|(?<=^|[\s;{}()])\/\/[^\n]*/g;
const subClass = /\bclass\b(?:\s+(?!extends\b)(\w+))?\s*(?:<[^{}()]*>)?\s+extends\s+([\w.]+)/g;
/** What an error is called where it is caught or handed on. */
const nameOfError = /\b(?:\w*[eE]rror|err|e|cause|reason|thrown|failure)\b\)?\??\.(?:constructor\.)?name\b[^\n]*/g;

function sources(folder: string): { file: string; text: string }[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.sort().map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8').replace(comments, '') }));
}

/** Every class below a folder that extends another one. */
export function subClassesIn(folder: string): SubClass[] {
  return sources(folder).flatMap(({ file, text }) =>
    [...text.matchAll(subClass)].map(([, name = '', parent = '']) => ({ file, name, parent })),
  );
}

/** Classes that do not descend from the base, and names that two classes have: one sentence each. */
export function faultsOfClasses(
  classes: readonly SubClass[],
  base: string,
  exceptions: Readonly<Record<string, string>> = {},
): string[] {
  const parents = new Map(classes.map(({ name, parent }) => [name, parent]));
  const descends = (parent: string | undefined, steps = 0): boolean =>
    parent === base || (parent !== undefined && steps < classes.length && descends(parents.get(parent), steps + 1));
  const strangers = classes
    .filter(({ name, parent }) => name !== base && exceptions[name] === undefined && !descends(parent))
    .map(({ file, name, parent }) => `${file}: ${name || 'a class'} extends ${parent}, and does not descend from ${base}`);
  const twice = Map.groupBy(
    classes.filter(({ name }) => name !== ''),
    ({ name }) => name,
  );
  const doubles = [...twice].flatMap(([name, all]) =>
    all.length > 1 ? [`${name} is the name of ${all.length} classes: ${all.map(({ file }) => file).join(', ')}`] : [],
  );
  return [...strangers, ...doubles];
}

/** Lines that look at what an error is called, instead of its class or kind. */
export function looksAtNames(folder: string): string[] {
  return sources(folder).flatMap(({ file, text }) => (text.match(nameOfError) ?? []).map((found) => `${file}: ${found.trim()}`));
}
