import type { Query } from '../../domain/benchmark.ts';

/**
 * How many queries show a workflow, as public tests, some of their own hidden tests. Whitespace is ignored.
 * @returns a sentence, or none if there is no such query
 */
export function leakedTests(queries: readonly Query[]): string[] {
  const count = queries.filter(showsHiddenTest).length;
  if (count === 0) return [];
  return [
    `In ${count} of ${queries.length} queries, public tests are literally among the hidden ones. A workflow that tests its programs (operator test) sees part of what decides its score.`,
  ];
}

/** A public test calls the function by its own name or as `candidate`. */
function showsHiddenTest({ fields, reference }: Query): boolean {
  const hidden = withoutSpace(reference);
  const tests = (fields.tests ?? '').split('\n').filter((test) => test.trim() !== '');
  const named = (test: string) => test.replaceAll(/\bcandidate\b/g, fields.entry_point ?? 'candidate');
  return tests.some((test) => [test, named(test)].some((form) => hidden.includes(withoutSpace(form))));
}

/**
 * How many queries of a split are also in another one.
 * @param inputs the fields that make a query what it is
 * @returns a sentence, or none if there is no such query
 */
export function sharedQueries(
  queries: readonly Query[],
  other: { readonly split: string; readonly queries: readonly Query[] },
  inputs: readonly string[],
): string[] {
  const keyOf = (query: Query) => queryKey(query, inputs);
  const known = new Set(other.queries.map(keyOf));
  const count = queries.filter((query) => known.has(keyOf(query))).length;
  if (count === 0) return [];
  return [
    `${count} of ${queries.length} queries are in the split ${other.split} too. A score on one split is not an independent check of a search on the other.`,
  ];
}

/** Equal for queries that ask the same: spaces make no difference. */
export function queryKey({ fields }: Query, inputs: readonly string[]): string {
  return inputs.flatMap((field) => (field === 'tests' ? [] : [(fields[field] ?? '').trim().replace(/\s+/g, ' ')])).join('\n');
}

function withoutSpace(text: string): string {
  return text.replace(/\s/g, '');
}
