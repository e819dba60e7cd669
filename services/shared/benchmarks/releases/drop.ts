import { z } from 'zod';
import manifest from './manifests/drop.json' with { type: 'json' };
import { findRows, rowsByNumber, rowsOfJsonLines } from './official-rows.ts';
import { pythonJson } from './python-json.ts';
import type { ReleasedBenchmark } from './released-benchmark.ts';
import { keysOf } from './split-manifest.ts';

const officialRow = z.object({ context: z.string(), completion: z.string(), ref_text: z.string() });
const names = ['drop_v0_dev.jsonl.gz', 'drop_v0_dev.jsonl'];

/**
 * AFlow did not start from DROP's own JSON but from OpenAI's rendering of its development set: AFlow's rows repeat its passages,
 * questions and joined answers word for word. Keys are the row numbers there, from 0, which AFlow uses as ids.
 */
export const drop: ReleasedBenchmark = {
  name: 'drop',
  title: "drop_v0_dev.jsonl.gz of OpenAI's simple-evals: DROP's development set (9,536 rows, 3.6 MB)",
  licence: 'CC-BY-SA-4.0',
  sources: [
    'https://openaipublic.blob.core.windows.net/simple-evals/drop_v0_dev.jsonl.gz',
    'https://raw.githubusercontent.com/ShengranHu/ADAS/main/dataset/drop_v0_dev.jsonl.gz',
  ].map((url) => ({
    parts: [{ names, url }],
    rowsOf: rowsOfJsonLines,
  })),
  files: manifest.files,
  rebuild: (rows, file, split) =>
    findRows(rowsByNumber(rows), keysOf(split), officialRow, file).map(([number, { context, completion, ref_text }]) =>
      pythonJson({ context, completion, ref_text, id: Number(number) }, 'ascii'),
    ),
};
