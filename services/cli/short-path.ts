import { relative } from 'node:path';

/** A path as people would type it from the current folder; one outside that folder is left as it is. */
export function shortPath(path: string): string {
  const fromHere = relative('', path);
  return fromHere.startsWith('..') ? path : fromHere;
}
