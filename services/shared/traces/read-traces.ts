import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { RecordedSearch } from '../../domain/replay/recorded-search.ts';
import { readJsonFile } from './read-json-file.ts';
import { searchOfRuns } from './searches-of-runs.ts';
import { TraceError } from './trace-error.ts';

const scores = z.array(z.number().nullable());

/** One search, all of its rounds executed several times. */
const oneSearch = z.object({
  benchmark: z.string(),
  queries: z.array(z.unknown()),
  runs: z.array(z.object({ round: z.number().int().positive(), total_cost_usd: z.number().min(0).nullish(), scores })),
});

/** Several searches on the same queries. */
const severalSearches = z.object({
  n: z.number().int().positive(),
  runs: z.array(
    z.object({
      search: z.number().int(),
      round: z.number().int().positive(),
      total_cost: z.number().min(0).nullish(),
      scores,
    }),
  ),
});

const parentsFile = z.record(z.string(), z.record(z.string(), z.number().int().positive()));

/** The fewest workflows that a search must have to be worth a choice. */
const fewestWorkflows = 2;

/**
 * The recorded searches in a folder and its folders: files named `*.matrix.json`, gzipped or not, in the two forms above, and
 * `parents.json` beside them (benchmark -> round -> the parent's round). Files with only one workflow are not searches.
 * @throws TraceError for a folder without searches, and for a file in another form
 */
export async function readTraces(folder: string): Promise<RecordedSearch[]> {
  const files = await matrixFiles(folder);
  const parents = await readParents(folder);
  const read = await Promise.all(files.map((file) => readSearches(file, parents)));
  const searches = read.flat().filter(({ workflows }) => workflows.length >= fewestWorkflows);
  if (searches.length > 0) return searches;
  const found =
    files.length === 0 ? 'holds no file named *.matrix.json or *.matrix.json.gz' : 'holds no search with two workflows';
  throw new TraceError(folder, found);
}

async function matrixFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new TraceError(folder, cause.code === 'ENOENT' ? 'there is no such folder' : cause.message, { cause });
  });
  return entries
    .filter((entry) => /\.matrix\.json(\.gz)?$/.test(entry))
    .sort()
    .map((entry) => join(folder, entry));
}

async function readParents(folder: string): Promise<z.infer<typeof parentsFile>> {
  const names = await readdir(folder);
  return names.includes('parents.json') ? readJsonFile(join(folder, 'parents.json'), parentsFile) : {};
}

async function readSearches(file: string, parents: z.infer<typeof parentsFile>): Promise<RecordedSearch[]> {
  const matrix = await readJsonFile(file, z.union([oneSearch, severalSearches], { error: 'is not a matrix of recorded scores' }));
  if ('queries' in matrix) {
    const { benchmark, queries, runs } = matrix;
    const about = { file, source: benchmark, name: benchmark, queryCount: queries.length };
    const recorded = runs.map(({ round, scores, total_cost_usd: cost }) => ({ round, scores, ...known(cost) }));
    return [searchOfRuns({ ...about, runs: recorded, parents: parents[benchmark] ?? {} })];
  }
  const source = basename(file).replace(/\..*$/, '');
  return [...Map.groupBy(matrix.runs, ({ search }) => search)]
    .sort(([a], [b]) => a - b)
    .map(([search, runs]) => {
      const about = { file, source, name: `${source} ${search}`, queryCount: matrix.n, sharedQueries: file, parents: {} };
      return searchOfRuns({
        ...about,
        runs: runs.map(({ round, scores, total_cost: cost }) => ({ round, scores, ...known(cost) })),
      });
    });
}

function known(cost: number | null | undefined): { readonly cost?: number } {
  return cost === null || cost === undefined ? {} : { cost };
}
