import type { Query } from '../../domain/benchmark.ts';

/** A list of quoted texts, as Python and JSON write it. */
const listForm = /^\[\s*(?:"[^"]*"|'[^']*')(?:\s*,\s*(?:"[^"]*"|'[^']*'))*\s*\]$/;

/**
 * Warns of references that read as lists but came as texts, as in a CSV that was written from a table with lists in it: compared as
 * they stand, brackets and all, hardly an answer matches. They may be meant so, in a benchmark on programs.
 */
export function listsAsTexts(queries: readonly Query[]): string[] {
  const [first, ...others] = queries.filter(({ reference }) => listForm.test(reference.trim()));
  if (first === undefined) return [];
  const which = others.length === 0 ? `in query ${first.id}` : `${others.length + 1} of them, first in query ${first.id}`;
  return [
    `references that look like lists are compared as texts (${which}: ${first.reference.slice(0, 60)}); if any item is a right answer, give a list in JSON Lines, or texts with a separator and \`alternatives\``,
  ];
}
