import { relative } from 'node:path';

/** A path as people would type it from where they are; one outside the current folder as it is. */
export function shortPath(path: string): string {
  const fromHere = relative('', path);
  return fromHere.startsWith('..') ? path : fromHere;
}
