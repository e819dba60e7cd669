import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRecordedAnswers } from '../../../services/cli/rescore/read-recorded-answers.ts';
import { rescoreAnswers } from '../../../services/cli/rescore/rescore-answers.ts';
import { scorers } from '../../../services/domain/scoring/registry.ts';
import { loadBenchmark } from '../../../services/shared/benchmarks/load-benchmark.ts';
import { benchmarkDefinitionOf } from '../../../services/shared/benchmarks/registry.ts';
import { createLazySandbox } from '../../../services/shared/sandbox/lazy-sandbox.ts';
import { aflowFiles } from '../../support/benchmarks/aflow-files.ts';
import { isPythonHere } from '../../support/python-here.ts';

/** Answers that AFlow's own published runs gave, with the score that AFlow gave them. They lie beside AFlow's files. */
const recorded = (file: string) => join(dirname(aflowFiles ?? ''), 'recorded', `${file}.answers.jsonl.gz`);
const isThere = aflowFiles !== undefined && existsSync(recorded('GSM8K.validate'));
/** The sandbox's Python has its standard library only (docs/scoring.md tells of the three answers that want more). */
const wantsPackage = /^\s*(?:import|from)\s+(?:numpy|sympy|nltk)\b/m;

const inWords = [
  { name: 'gsm8k', file: 'GSM8K.validate', answers: 12_000 },
  { name: 'math', file: 'MATH.test', answers: 972 },
  { name: 'drop', file: 'DROP.validate', answers: 7_140 },
];
const inCode = [
  { name: 'humaneval', file: 'HumanEval.validate', answers: 200 },
  { name: 'mbpp', file: 'MBPP.test', answers: 200 },
];

const sandbox = createLazySandbox({ environment: process.env });
afterAll(() => sandbox.close());

/** So many of the recorded answers, evenly spread over their file, scored again. */
async function rescored(name: string, file: string, count: number, scorer: 'aflow' | 'strict') {
  const { answers, split = '', queryIndexOf } = await readRecordedAnswers(recorded(file));
  const { queries } = await loadBenchmark({ name, split, folder: aflowFiles ?? '' });
  const usable = answers.flatMap((answer) => {
    const query = queries[queryIndexOf(answer.q) ?? -1];
    if (!query) throw new Error(`line ${answer.line} of ${file} answers no query`);
    return wantsPackage.test(answer.prediction) ? [] : [{ ...answer, query }];
  });
  const spread = usable.filter(
    (_, index) => Math.floor(((index + 1) * count) / usable.length) > Math.floor((index * count) / usable.length),
  );
  const chosen = scorers.named(benchmarkDefinitionOf(name).scorers[scorer] ?? '');
  const tools = { code: sandbox, signal: new AbortController().signal };
  return rescoreAnswers(spread, { scorer: chosen, tools, concurrency: 2, onProgress: () => undefined });
}

describe.skipIf(!isThere)('answers that AFlow recorded', () => {
  it.each([...inWords, ...(isPythonHere ? inCode : [])])(
    'get the score that AFlow gave them: $name',
    async ({ name, file, answers }) => {
      const { agreeing, disagreements, ...found } = await rescored(name, file, answers, 'aflow');
      expect(found.answers).toBe(answers);
      expect(agreeing / answers, JSON.stringify(disagreements.slice(0, 3))).toBeGreaterThanOrEqual(0.999);
    },
  );

  it.each(inWords)('change as docs/scoring.md says if scored strictly: $name', async ({ name, file, answers }) => {
    const { disagreements } = await rescored(name, file, answers, 'strict');
    const up = disagreements.filter(({ recorded, score }) => score > recorded).length;
    const page = await readFile(join(import.meta.dirname, '../../../docs/scoring.md'), 'utf8');
    const [, rowUp, rowDown] = new RegExp(`^\\| ${name} \\|[^|]*\\|[^|]*\\| ([\\d,]+) \\| ([\\d,]+) \\|`, 'im').exec(page) ?? [];
    const counted = [rowUp, rowDown].map((cell) => Number(cell?.replaceAll(',', '')));
    expect(counted).toEqual([up, disagreements.length - up]);
  });
});
