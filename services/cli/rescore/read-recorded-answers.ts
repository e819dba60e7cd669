import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { readNumberedJsonLines } from '../../shared/benchmarks/read-json-lines.ts';
import { utf8Text } from '../../shared/settings/utf8-text.ts';
import { CliError } from '../cli-error.ts';

const answerRow = z.object({
  /** Index among the matrix's queries, without a matrix the query's place in the split. */
  q: z.int().min(0),
  prediction: z.string(),
  score: z.number().min(0).max(1),
  run: z.union([z.int(), z.string()]).optional(),
  round: z.int().optional(),
});

export interface RecordedAnswer extends z.infer<typeof answerRow> {
  /** In the file, from 1. */
  readonly line: number;
}

const matrixFile = z.object({ split: z.string(), queries: z.array(z.object({ split_index: z.int().min(0) })).min(1) });

export interface RecordedAnswers {
  readonly answers: readonly RecordedAnswer[];
  /** The split whose queries were answered, if the matrix says it. */
  readonly split: string | undefined;
  /** The place in the split of the query that an answer's q stands for. */
  queryIndexOf(q: number): number | undefined;
}

/**
 * Reads answers that a search recorded, with the scores that they got. Next to `NAME.answers.jsonl(.gz)` there may
 * be a `NAME.matrix.json(.gz)`, which says which query each q stands for.
 * @throws BenchmarkError, CliError with one sentence that names file, line and field
 */
export async function readRecordedAnswers(file: string): Promise<RecordedAnswers> {
  const rows = await readNumberedJsonLines(file, answerRow, 'name a file of recorded answers');
  const answers = rows.map(({ line, row }) => ({ ...row, line }));
  const matrix = await readMatrix(file);
  if (!matrix) return { answers, split: undefined, queryIndexOf: (q) => q };
  return { answers, split: matrix.split, queryIndexOf: (q) => matrix.queries[q]?.split_index };
}

async function readMatrix(answersFile: string): Promise<z.infer<typeof matrixFile> | undefined> {
  const stem = answersFile.replace(/\.answers\.jsonl(\.gz)?$/, '');
  if (stem === answersFile) return undefined;
  for (const file of [`${stem}.matrix.json.gz`, `${stem}.matrix.json`]) {
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (bytes) return parseMatrix(file, bytes);
  }
  return undefined;
}

function parseMatrix(file: string, bytes: Buffer): z.infer<typeof matrixFile> {
  try {
    return matrixFile.parse(JSON.parse(utf8Text(file.endsWith('.gz') ? gunzipSync(bytes) : bytes)));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause).split('\n').join(' ') : (cause as Error).message;
    throw new CliError('bad-input', `${file}, which says which queries were answered, cannot be read: ${why}`, {
      cause,
    });
  }
}
