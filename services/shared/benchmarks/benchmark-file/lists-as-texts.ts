import type { Query } from '../../../domain/benchmark.ts';

/** A list of quoted texts, as Python and JSON write it. */
const listForm = /^\[\s*(?:"[^"]*"|'[^']*')(?:\s*,\s*(?:"[^"]*"|'[^']*'))*\s*\]$/;

/**
 * Warns of references that look like lists but came as texts, as in a CSV written from a table that holds lists: compared
 * literally, brackets and all, hardly any answer matches. In a benchmark on programs this may be intended.
 */
export function listsAsTexts(queries: readonly Query[]): string[] {
  const [first, ...others] = queries.filter(({ reference }) => listForm.test(reference.trim()));
  if (first === undefined) return [];
  const which = others.length === 0 ? `in query ${first.id}` : `${others.length + 1} of them, first in query ${first.id}`;
  return [
    `references that look like lists are compared as texts (${which}: ${first.reference.slice(0, 60)}); if any item is a right answer, give a list in JSON Lines, or texts with a separator and \`alternatives\``,
  ];
}
