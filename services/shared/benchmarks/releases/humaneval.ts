import { z } from 'zod';
import manifest from './manifests/humaneval.json' with { type: 'json' };
import { findRows, rowsBy, rowsOfJsonLines } from './official-rows.ts';
import { pythonJson } from './python-json.ts';
import { applyRecipe } from './recipe.ts';
import type { ReleasedBenchmark } from './released-benchmark.ts';
import { keysOf, type SplitManifest } from './split-manifest.ts';

const officialRow = z.object({
  task_id: z.string(),
  prompt: z.string(),
  entry_point: z.string(),
  canonical_solution: z.string(),
  test: z.string(),
});
type OfficialRow = z.infer<typeof officialRow>;

/**
 * Keys are the numbers in HumanEval/N. The split files repeat the official rows. The public tests are calls from the docstrings
 * that AFlow's authors rewrote as assertions, apparently by hand: no rule yields all of them, so each has a recipe that assembles
 * it from pieces of its own official row.
 */
export const humaneval: ReleasedBenchmark = {
  name: 'humaneval',
  title: "HumanEval.jsonl.gz of OpenAI's human-eval (164 rows, 45 kB)",
  licence: 'MIT',
  sources: [
    {
      parts: [
        {
          names: ['HumanEval.jsonl.gz', 'HumanEval.jsonl'],
          url: 'https://raw.githubusercontent.com/openai/human-eval/master/data/HumanEval.jsonl.gz',
        },
      ],
      rowsOf: rowsOfJsonLines,
    },
  ],
  files: manifest.files,
  rebuild: (rows, file, split) => {
    const official = rowsBy(rows, 'task_id', (id) => String(id).replace('HumanEval/', ''));
    const find = (keys: readonly string[]) => findRows(official, keys, officialRow, file);
    if (split.recipes !== undefined) return publicTestLines(split.recipes, find);
    return find(keysOf(split)).map(([, row]) => pythonJson(row, 'ascii'));
  },
};

/** What a recipe copies from. */
export function recipeSourceOf({ prompt, test }: Pick<OfficialRow, 'prompt' | 'test'>): string {
  return `${prompt}\n${test}`;
}

/** A recipe for each assertion, "N: pieces"; those of one problem are adjacent. */
function publicTestLines(
  recipes: NonNullable<SplitManifest['recipes']>,
  find: (keys: readonly string[]) => readonly (readonly [string, OfficialRow])[],
): string[] {
  const ofProblem = Map.groupBy(recipes, (recipe) => recipe.slice(0, recipe.indexOf(':')));
  return find([...ofProblem.keys()]).map(([number, row]) => {
    const pieces = (ofProblem.get(number) ?? []).map((recipe) => recipe.slice(number.length + 2));
    const test = pieces.map((recipe) => applyRecipe(recipe, recipeSourceOf(row)));
    return pythonJson({ problem_id: row.task_id, test, entry_point: row.entry_point }, 'ascii');
  });
}
