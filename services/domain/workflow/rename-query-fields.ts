import type { Workflow } from './workflow.ts';

/**
 * The same workflow for queries whose fields have other names: `query.question` becomes `query.problem`. Prose is left alone;
 * validation says whether the workflow fits its new benchmark.
 * @param names old to new
 */
export function renameQueryFields(workflow: Workflow, names: ReadonlyMap<string, string>): Workflow {
  const renamed = (text: string): string =>
    text.replace(/\bquery\.([A-Za-z_]\w*)/g, (whole, field: string) => {
      const name = names.get(field);
      return name === undefined ? whole : `query.${name}`;
    });
  return { ...workflow, prompts: mapTexts(workflow.prompts, renamed), steps: mapTexts(workflow.steps, renamed) };
}

/** Ids and operators contain no `query.`, so every text can be rewritten. */
function mapTexts<Value>(value: Value, map: (text: string) => string): Value {
  if (typeof value === 'string') return map(value) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => mapTexts(item, map)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner as unknown, map)])) as Value;
}
