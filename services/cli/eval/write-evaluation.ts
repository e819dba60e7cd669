import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionRecord } from '../../domain/comparison/execution-record.ts';
import { replaceFile } from '../../shared/document/replace-file.ts';
import { encodeCsv, encodeJsonLines, encodeParquet } from './encode-records.ts';
import type { EvaluationDocument } from './evaluation-document.ts';
import { recordColumns } from './record-columns.ts';

export interface EvaluationFiles {
  readonly csv: string;
  readonly jsonl: string;
  readonly parquet: string;
  readonly summary: string;
}

/** Writes the records in three formats and the summary, over earlier ones. */
export async function writeEvaluation(
  folder: string,
  document: EvaluationDocument,
  records: readonly ExecutionRecord[],
): Promise<EvaluationFiles> {
  await mkdir(folder, { recursive: true });
  const columns = recordColumns({ ...document, evaluation: document.runId }, records);
  const files = {
    csv: join(folder, 'records.csv'),
    jsonl: join(folder, 'records.jsonl'),
    parquet: join(folder, 'records.parquet'),
    summary: join(folder, 'evaluation.json'),
  };
  await Promise.all([
    replaceFile(files.csv, encodeCsv(columns, records)),
    replaceFile(files.jsonl, encodeJsonLines(columns, records)),
    replaceFile(files.parquet, encodeParquet(columns, records)),
    replaceFile(files.summary, `${JSON.stringify(document, null, 2)}\n`),
  ]);
  return files;
}
