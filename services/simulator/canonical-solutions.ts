import { join } from 'node:path';
import { z } from 'zod';
import { BenchmarkError } from '../shared/benchmarks/benchmark-error.ts';
import { readJsonLines } from '../shared/benchmarks/read-json-lines.ts';

const id = z.union([z.string(), z.int().transform(String)]);

/** Rows of the benchmarks whose answers are programs, each as the id of its query and a whole program. */
const rowsWithPrograms = {
  humaneval: z
    .object({ task_id: id, prompt: z.string(), canonical_solution: z.string() })
    .transform((row) => ({ id: row.task_id, program: row.prompt + row.canonical_solution })),
  mbpp: z.object({ task_id: id, code: z.string() }).transform((row) => ({ id: row.task_id, program: row.code })),
} as const;

/**
 * The official solutions of a split, by query id. They are in the files that the queries come from, and no workflow sees them.
 * Empty for other benchmarks and where the file is missing.
 * @throws BenchmarkError that names the file and the line
 */
export async function loadCanonicalSolutions(
  folder: string,
  { name, split }: { readonly name: string; readonly split: string },
): Promise<ReadonlyMap<string, string>> {
  if (name !== 'humaneval' && name !== 'mbpp') return new Map();
  try {
    const rows = await readJsonLines(join(folder, `${name}_${split}.jsonl`), rowsWithPrograms[name], '');
    return new Map(rows.map((row) => [row.id, unixLines(row.program)]));
  } catch (error) {
    if (error instanceof BenchmarkError && error.problem === 'missing-file') return new Map();
    throw error;
  }
}

/** Some of MBPP's have Windows line ends and spaces after the code. */
function unixLines(program: string): string {
  return program
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '')
    .replace(/[ \t]+$/gm, '')
    .trim();
}
