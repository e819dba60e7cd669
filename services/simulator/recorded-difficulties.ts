import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import type { RecordedDifficulties } from './difficulty.ts';

const matrixSchema = z.object({
  queries: z.array(z.object({ id: z.union([z.string(), z.number().transform(String), z.null()]) })),
  runs: z.array(z.object({ mean_score: z.number(), scores: z.array(z.number().nullable()) })),
});

/** Runs below this are workflows that crashed: they tell nothing about the queries. */
const leastWorkingScore = 0.3;

/**
 * Difficulties from `<BENCHMARK>.<split>.matrix.json.gz` in a folder of recorded searches: minus the logit of a query's mean
 * score over the runs that worked. Empty where the folder has no record of the benchmark.
 * @throws Error naming the file if there is one and it is not such a matrix
 */
export async function loadRecordedDifficulties(
  folder: string,
  benchmark: { readonly name: string; readonly split: string },
): Promise<RecordedDifficulties> {
  const wanted = `${benchmark.name}.${benchmark.split}.matrix.json.gz`.toLowerCase();
  const name = (await readdir(folder).catch(() => [])).find((entry) => entry.toLowerCase() === wanted);
  if (name === undefined) return new Map();

  const path = join(folder, name);
  const text = (await promisify(gunzip)(await readFile(path))).toString('utf8');
  const parsed = matrixSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${path} is not a matrix of recorded scores: ${z.prettifyError(parsed.error)}`);
  return difficultiesOf(parsed.data);
}

function difficultiesOf(matrix: z.infer<typeof matrixSchema>): RecordedDifficulties {
  const working = matrix.runs.filter((run) => run.mean_score > leastWorkingScore);
  return new Map(
    matrix.queries.flatMap(({ id }, index) => {
      if (id === null) return [];
      const solved = working.reduce((sum, run) => sum + (run.scores[index] ?? 0), 0);
      // Half a success and half a failure more keep the logit finite.
      return [[id, Math.log((working.length - solved + 0.5) / (solved + 0.5))] as const];
    }),
  );
}
