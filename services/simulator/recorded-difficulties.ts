import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import { utf8Text } from '../shared/settings/utf8-text.ts';

/** AFlow's own records name the queries, which are a part of the split; those of forks hold the whole split in its order. */
const matrixSchema = z.object({
  queries: z.array(z.object({ split_index: z.int().min(0) })).optional(),
  runs: z.array(z.object({ scores: z.array(z.number().nullable()) })),
  split: z.string().optional(),
});
type Matrix = z.infer<typeof matrixSchema>;

/** Runs below this are workflows that crashed: they say nothing about the queries. */
const leastWorkingScore = 0.3;

/**
 * Difficulties by a query's place in its split, from recorded searches in a folder: `<BENCHMARK>.<split>.matrix.json.gz`,
 * otherwise `forks/<BENCHMARK>.matrix.json`. A difficulty is minus the logit of a query's mean score over the runs that worked.
 * Empty where the folder has no record of the split.
 * @throws Error naming the file if there is one and it is not such a matrix
 */
export async function loadRecordedDifficulties(
  folder: string,
  { name, split }: { readonly name: string; readonly split: string },
): Promise<ReadonlyMap<number, number>> {
  const matrix =
    (await readMatrix(folder, `${name}.${split}.matrix.json.gz`)) ??
    (await readMatrix(join(folder, 'forks'), `${name}.matrix.json`));
  // Forks say whose split it is: "AFlow validate".
  return matrix?.split?.endsWith(split) === false || matrix === undefined ? new Map() : difficultiesOf(matrix);
}

/** @param wanted the file's name in any case */
async function readMatrix(folder: string, wanted: string): Promise<Matrix | undefined> {
  const name = (await readdir(folder).catch(() => [])).find((entry) => entry.toLowerCase() === wanted.toLowerCase());
  if (name === undefined) return undefined;
  const path = join(folder, name);
  const bytes = await readFile(path);
  const text = utf8Text(name.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes);
  const parsed = matrixSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${path} is not a matrix of recorded scores: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function difficultiesOf({ queries, runs }: Matrix): ReadonlyMap<number, number> {
  const working = runs.filter(({ scores }) => mean(scores) > leastWorkingScore);
  const places = queries?.map((query) => query.split_index) ?? runs[0]?.scores.map((_, index) => index) ?? [];
  return new Map(
    places.map((place, index) => {
      const solved = working.reduce((sum, run) => sum + (run.scores[index] ?? 0), 0);
      // Half a success and half a failure more keep the logit finite.
      return [place, Math.log((working.length - solved + 0.5) / (solved + 0.5))];
    }),
  );
}

function mean(scores: readonly (number | null)[]): number {
  return scores.reduce<number>((sum, score) => sum + (score ?? 0), 0) / Math.max(1, scores.length);
}
