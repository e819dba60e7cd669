import type { Query } from '../../domain/benchmark.ts';
import { valueLimits } from '../../domain/workflow/expression/expression.ts';

/**
 * How many queries have a field that no workflow can read whole: such an execution fails before its first call, and scores 0.
 * @returns a sentence, or none if there is no such query
 */
export function longQueries(queries: readonly Query[]): string[] {
  const found = queries.flatMap(({ id, fields }) => {
    const [field] = Object.entries(fields).filter(([, text]) => text.length > valueLimits.characters);
    return field === undefined ? [] : [{ id, name: field[0], length: field[1].length }];
  });
  const [first] = found;
  if (first === undefined) return [];
  const { id, name, length } = first;
  return [
    `In ${found.length} of ${queries.length} queries, a field has more than ${valueLimits.characters} characters (query ${id}, ${name}: ${length}). A workflow that reads such a field whole fails there and scores 0: shorten it, or read parts of it, as by query.${name}.substring(0, 20000).`,
  ];
}
