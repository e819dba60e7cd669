import { z } from 'zod';
import manifest from './manifests/mbpp.json' with { type: 'json' };
import { findRows, rowsBy, rowsOfJsonList } from './official-rows.ts';
import { pythonJson } from './python-json.ts';
import type { ReleasedBenchmark } from './released-benchmark.ts';
import { keysOf } from './split-manifest.ts';

const officialRow = z.object({
  source_file: z.string(),
  task_id: z.int(),
  prompt: z.string(),
  code: z.string(),
  test_imports: z.array(z.string()),
  test_list: z.array(z.string()).min(1),
});
type OfficialRow = z.infer<typeof officialRow>;

const publicFile = 'mbpp_public_test.jsonl';

/** Keys are official task ids. In addition to the official fields, AFlow has the function's name, and the tests as a program. */
export const mbpp: ReleasedBenchmark = {
  name: 'mbpp',
  title: 'sanitized-mbpp.json of google-research (427 rows, 0.25 MB)',
  licence: 'CC-BY-4.0',
  sources: [
    {
      parts: [
        {
          names: ['sanitized-mbpp.json'],
          url: 'https://raw.githubusercontent.com/google-research/google-research/master/mbpp/sanitized-mbpp.json',
        },
      ],
      rowsOf: rowsOfJsonList,
    },
  ],
  files: manifest.files,
  rebuild: (rows, file, split) => {
    const found = findRows(rowsBy(rows, 'task_id', String), keysOf(split), officialRow, file);
    const lineOf = file === publicFile ? publicTestLine : splitLine;
    return found.map(([, row]) => pythonJson(lineOf(renamed(row)), 'ascii'));
  },
};

function splitLine(row: OfficialRow): unknown {
  const code = row.task_id === 630 ? row.code.replace('adjac(ele, sub = [])', 'adjac(test_tup)') : row.code;
  return {
    source_file: row.source_file,
    task_id: row.task_id,
    prompt: `${row.prompt}\n${firstImportOf(row.code)}\n${signatureOf(row)}`,
    code,
    test_imports: row.test_imports,
    test_list: row.test_list,
    entry_point: entryPointOf(row),
    test: `def check():\n${row.test_list.map((test) => `    ${test}\n`).join('')}`,
  };
}

/** AFlow took the first test and replaced the word before the first bracket with `candidate`, if it directly follows assert. */
function publicTestLine(row: OfficialRow): unknown {
  const test = row.test_list[0]?.replace(/assert \w+\(/, 'assert candidate(');
  return { entry_point: entryPointOf(row), test: [test] };
}

/** Only an import on the first line gets into the prompt. */
function firstImportOf(code: string): string {
  const [first = ''] = code.split('\n');
  return /^(import|from)\b/.test(first) ? first : '';
}

/** The function that the first test calls. */
function entryPointOf({ code, test_list }: OfficialRow): string {
  const defined = [...code.matchAll(/^def\s+(\w+)/gm)].map(([, name = '']) => name);
  return defined.find((name) => new RegExp(`\\b${name}\\s*\\(`).test(test_list[0] ?? '')) ?? '';
}

function signatureOf(row: OfficialRow): string {
  const line = new RegExp(`^def\\s+${entryPointOf(row)}\\b.*$`, 'm').exec(row.code)?.[0] ?? '';
  const [find, put] = changedSignatures[row.task_id] ?? ['', ''];
  return line.replace(find, put);
}

/** Signatures that differ between AFlow's prompts and the code, by task. */
const changedSignatures: Readonly<Record<number, readonly [find: string | RegExp, put: string]>> = {
  164: [/: $/, ''],
  450: ['str, l', 'string_list, size'],
  580: [/$/, ' '],
  630: [/$/, ' '],
  735: [/$/, ' '],
  751: [/$/, ' '],
  763: ['arr,n', 'arr:tuple,n'],
};

/** One function is called check, like the function around the tests: AFlow gave it another name. */
function renamed(row: OfficialRow): OfficialRow {
  if (row.task_id !== 56) return row;
  const rename = (text: string): string => text.replaceAll('check(', 'check_answer(');
  return { ...row, code: rename(row.code), test_list: row.test_list.map(rename) };
}
