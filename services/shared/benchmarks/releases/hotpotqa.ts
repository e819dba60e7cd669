import { z } from 'zod';
import { textKeyOf } from './content-hash.ts';
import manifest from './manifests/hotpotqa.json' with { type: 'json' };
import { findRows, rowsBy, rowsOfJsonList } from './official-rows.ts';
import { parquetRowsOf } from './parquet-rows.ts';
import { pythonJson } from './python-json.ts';
import type { ReleasedBenchmark } from './released-benchmark.ts';
import { keysOf, type SplitManifest } from './split-manifest.ts';

const officialRow = z.object({
  _id: z.string(),
  answer: z.string(),
  question: z.string(),
  supporting_facts: z.array(z.tuple([z.string(), z.int()])),
  context: z.array(z.tuple([z.string(), z.array(z.string())])),
  type: z.string(),
  level: z.string(),
});

const huggingFace = 'https://huggingface.co/datasets';

/** A row as its authors publish it on Hugging Face: lists of pairs have become pairs of lists. */
const columnsRow = z.object({
  id: z.string(),
  supporting_facts: z.object({ title: z.array(z.string()), sent_id: z.array(z.coerce.number()) }),
  context: z.object({ title: z.array(z.string()), sentences: z.array(z.array(z.string())) }),
});

function officialRowOf(row: Record<string, unknown>): unknown {
  const columns = columnsRow.safeParse(row);
  if (!columns.success) return row;
  const { id, supporting_facts: facts, context } = columns.data;
  return {
    ...row,
    _id: id,
    supporting_facts: facts.title.map((title, index) => [title, facts.sent_id[index]]),
    context: context.title.map((title, index) => [title, context.sentences[index]]),
  };
}

/** Made for this project: 500 rows in the order drawn, each marked if AFlow validates on it. */
const sampleFile = 'hotpotqa_dev_sample.jsonl.gz';
const validateFile = 'hotpotqa_validate.jsonl';

/**
 * Keys are official ids. AFlow lost the ids of four rows and wrote a small number in their place: there the key is that number, =
 * and the key of the question's text.
 */
export const hotpotqa: ReleasedBenchmark = {
  name: 'hotpotqa',
  title: 'hotpot_dev_distractor_v1.json, the development set of HotpotQA (7,405 rows, 46 MB)',
  licence: 'CC-BY-SA-4.0',
  sources: [
    ...[
      'http://curtis.ml.cmu.edu/datasets/hotpot/hotpot_dev_distractor_v1.json',
      // The same file, uploaded by a third party; the official host has been unreachable for a long time.
      `${huggingFace}/namlh2004/hotpotqa/resolve/7e54db4656209750ff487f6fdf8e39a66dba136b/hotpot_dev_distractor_v1.json`,
    ].map((url) => ({
      parts: [{ names: ['hotpot_dev_distractor_v1.json'], url }],
      rowsOf: rowsOfJsonList,
    })),
    {
      parts: [
        {
          names: ['distractor/validation-00000-of-00001.parquet'],
          url: `${huggingFace}/hotpotqa/hotpot_qa/resolve/main/distractor/validation-00000-of-00001.parquet`,
        },
      ],
      rowsOf: async (parts) => (await parquetRowsOf(parts)).map(officialRowOf),
    },
  ],
  files: manifest.files,
  rebuild: (rows, file, split) => {
    const found = findRows(rowsByKey(rows), keysOf(split).map(lastPart), officialRow, file);
    const lines = found.map(([, row], index) => ({ ...row, _id: idOf(keysOf(split)[index] ?? '') }));
    if (file !== sampleFile) return lines.map((row) => pythonJson(row, 'ascii'));
    const validated = questionsOf(rows, manifest.files[validateFile]);
    return lines.map((row) => JSON.stringify({ ...row, in_aflow_validate: validated.has(row.question) }));
  },
};

function rowsByKey(rows: readonly unknown[]): Map<string, unknown> {
  return new Map([...rowsBy(rows, 'question', (text) => textKeyOf(String(text))), ...rowsBy(rows, '_id', String)]);
}

function lastPart(key: string): string {
  return key.split('=').at(-1) ?? key;
}

function idOf(key: string): string | number {
  const [number, hash] = key.split('=');
  return hash === undefined ? key : Number(number);
}

function questionsOf(rows: readonly unknown[], split: SplitManifest): ReadonlySet<string> {
  const found = findRows(rowsByKey(rows), keysOf(split).map(lastPart), officialRow, validateFile);
  return new Set(found.map(([, { question }]) => question));
}
