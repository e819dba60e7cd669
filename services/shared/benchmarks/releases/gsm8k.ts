import { z } from 'zod';
import manifest from './manifests/gsm8k.json' with { type: 'json' };
import { findRows, rowsByNumber, rowsOfJsonLines } from './official-rows.ts';
import { pythonJson } from './python-json.ts';
import type { ReleasedBenchmark } from './released-benchmark.ts';
import { keysOf } from './split-manifest.ts';

const answerMark = '\n#### ';

/** The working, then the mark, then the answer. */
const officialRow = z.object({ question: z.string(), answer: z.string().includes(answerMark) });

/** Keys are the row numbers in the release, from 0; AFlow's ids contain them too. */
export const gsm8k: ReleasedBenchmark = {
  name: 'gsm8k',
  title: "test.jsonl of OpenAI's grade-school-math (1,319 rows, 0.7 MB)",
  licence: 'MIT',
  sources: [
    {
      parts: [
        {
          names: ['test.jsonl', 'gsm8k_full_test.jsonl'],
          url: 'https://raw.githubusercontent.com/openai/grade-school-math/master/grade_school_math/data/test.jsonl',
        },
      ],
      rowsOf: rowsOfJsonLines,
    },
  ],
  files: manifest.files,
  rebuild: (rows, file, split) =>
    findRows(rowsByNumber(rows), keysOf(split), officialRow, file).map(([number, { question, answer: whole }]) => {
      const [cot = '', answer = ''] = whole.split(answerMark);
      return pythonJson({ question, answer, cot, id: `gsm8k-test-${number}` }, 'unicode');
    }),
};
