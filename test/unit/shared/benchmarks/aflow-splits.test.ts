import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { scoreAnswer } from '../../../../services/domain/scoring/score-answer.ts';
import { loadBenchmark } from '../../../../services/shared/benchmarks/load-benchmark.ts';
import { aflowFiles } from '../../../support/benchmarks/aflow-files.ts';

const folder = aflowFiles ?? '';

describe.skipIf(aflowFiles === undefined)("AFlow's splits", () => {
  it.each([
    ['gsm8k', 264, 1055, ['question']],
    ['math', 119, 486, ['problem']],
    ['drop', 200, 800, ['context']],
    ['hotpotqa', 200, 485, ['question', 'context']],
    ['humaneval', 33, 131, ['prompt', 'entry_point', 'tests']],
    ['mbpp', 86, 341, ['prompt', 'entry_point', 'tests']],
  ])('of %s have %i and %i queries, each with every field', async (name, validateSize, testSize, inputs) => {
    const load = (split: string) => loadBenchmark({ name, split, folder });
    const [validate, test] = await Promise.all([load('validate'), load('test')]);
    expect([validate.queries.length, test.queries.length]).toEqual([validateSize, testSize]);
    expect(validate.inputs).toEqual(inputs);
    for (const { fields, reference } of [...validate.queries, ...test.queries]) {
      expect(Object.keys(fields)).toEqual(inputs);
      expect(fields[inputs[0] ?? '']).not.toBe('');
      expect(reference).not.toBe('');
    }
  });

  it.each([
    ['math', 'solution'],
    ['drop', 'completion'],
    ['hotpotqa', 'answer'],
    ['gsm8k', 'cot'],
  ])('of %s: every scorer takes the official answer for right', async (name, column) => {
    const benchmark = await loadBenchmark({ name, split: 'validate', folder });
    const rows = (await readFile(`${folder}/${name}_validate.jsonl`, 'utf8')).split('\n').filter((line) => line !== '');
    const tools = { code: undefined, signal: new AbortController().signal };
    const wrong: string[] = [];
    for (const [index, query] of benchmark.queries.entries()) {
      const { answer = '', [column]: official = '' } = JSON.parse(rows[index] ?? '');
      const text = name === 'gsm8k' ? `${official}\n#### ${answer}` : official;
      const { scores } = await scoreAnswer(text, query, benchmark, tools);
      if ([scores.score, ...Object.values(scores.otherScores)].some((score) => score < 1)) wrong.push(query.id);
    }
    expect(wrong).toEqual([]);
  });

  it('says that other questions stand in for the test split of HotpotQA', async () => {
    const { warnings } = await loadBenchmark({ name: 'hotpotqa', split: 'test', folder });
    expect(warnings).toEqual([
      expect.stringMatching(/hotpotqa_test\.jsonl is not there: 485 other questions .* cannot be compared/),
    ]);
  });

  it("gives MBPP's problems their own public tests, also where two share a name", async () => {
    const { queries } = await loadBenchmark({ name: 'mbpp', split: 'validate', folder });
    const testsOf = (name: string) => queries.find(({ fields }) => fields.entry_point === name)?.fields.tests;
    expect(testsOf('square_Sum')).toBe('assert candidate(2) == 10');
    const { queries: others } = await loadBenchmark({ name: 'mbpp', split: 'test', folder });
    expect(others.find(({ fields }) => fields.entry_point === 'square_Sum')?.fields.tests).toBe('assert candidate(2) == 20');
    expect([...queries, ...others].filter(({ fields }) => fields.tests === '')).toEqual([]);
  });
});
