import { codePlaces, maskedPython, replacedAt, withoutDocstrings } from './python-source.ts';

/** Names that people give instead of short ones. */
const newNames: Readonly<Record<string, string>> = {
  i: 'index',
  j: 'inner',
  n: 'number',
  x: 'item',
  res: 'result',
  ans: 'answer',
};

/** A program as written, without its docstrings, and with one of its variables renamed: all of them do the same. */
export function programVariants(source: string): string[] {
  const bare = withoutDocstrings(source).replace(/\n{3,}/g, '\n\n');
  return [...new Set([source, bare, renamed(bare)])];
}

/** Renames the first variable for which that is surely safe. */
function renamed(source: string): string {
  const masked = maskedPython(source);
  // Strings with expressions in them would keep the old name.
  if (/\b[rR]?[fF]["']/.test(source)) return source;
  const assigned = [...masked.matchAll(/^[ \t]+(\w+) ?=[^=]|^[ \t]+for (\w+) in /gm)].map((match) => match[1] ?? match[2] ?? '');
  const name = assigned.find((candidate) => isSafe(candidate, masked));
  if (name === undefined) return source;
  const places = codePlaces(source, new RegExp(`(?<![.\\w])${name}\\b`), 0).reverse();
  return places.reduce((text, place) => replacedAt(text, place, newNameOf(name)), source);
}

const newNameOf = (name: string): string => newNames[name] ?? `${name}_value`;

/** Not a parameter, a keyword argument, an attribute or a global, and the new name is free. */
function isSafe(name: string, masked: string): boolean {
  const taken = new RegExp(
    `\\b${newNameOf(name)}\\b|\\.${name}\\b|[(,][ \\t]*${name}[ \\t]*=[^=]|\\b(?:global|nonlocal|import|lambda|def)\\b[^\\n]*\\b${name}\\b`,
  );
  const signature = new RegExp(`\\bdef \\w+[ \\t]*\\([^)]*\\b${name}\\b`);
  return !taken.test(masked) && !signature.test(masked);
}
