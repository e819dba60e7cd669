import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBenchmark } from '../../../../services/shared/benchmarks/load-benchmark.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-definitions-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (file: string, ...rows: readonly unknown[]) =>
  writeFile(join(folder, file), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
const load = (name: string, split = 'validate') => loadBenchmark({ name, split, folder });

describe('MATH', () => {
  it('gives its rows ids, and takes the official solution for the reference', async () => {
    await write('math_validate.jsonl', { problem: 'Halve $3$.', level: 'Level 5', solution: 'It is $\\boxed{\\frac{3}{2}}$.' });
    const { queries, scorer } = await load('math');
    expect(scorer).toBe('math-aflow');
    expect(queries).toEqual([
      { id: 'math-validate-001', fields: { problem: 'Halve $3$.' }, reference: 'It is $\\boxed{\\frac{3}{2}}$.' },
    ]);
  });
});

describe('DROP', () => {
  it('takes passage and question as one field, and a number for an id', async () => {
    await write('drop_validate.jsonl', {
      id: 7,
      context: 'Passage: P\nQuestion: Q\nAnswer:',
      completion: ' 3',
      ref_text: '3|three',
    });
    const { queries, otherScorers } = await load('drop');
    expect(queries).toEqual([{ id: '7', fields: { context: 'Passage: P\nQuestion: Q\nAnswer:' }, reference: '3|three' }]);
    expect(otherScorers).toEqual(['drop-strict', 'drop-exact']);
  });
});

describe('HotpotQA', () => {
  const row = (id: string | number) => ({
    _id: id,
    question: 'Which?',
    answer: 'This',
    context: [
      ['First', ['One.', ' Two.']],
      ['Second', ['Three.']],
    ],
  });

  it('joins the paragraphs, a line each, without their titles', async () => {
    await write('hotpotqa_validate.jsonl', row('a'), row(17));
    const { queries, warnings } = await load('hotpotqa');
    expect(queries[0]).toEqual({ id: 'a', fields: { question: 'Which?', context: 'One.  Two.\nThree.' }, reference: 'This' });
    expect(queries[1]?.id).toBe('17');
    expect(warnings).toEqual([]);
  });

  it('lets the rest of the sample stand in for a test split that is not there, and says so', async () => {
    const of = (id: string, inValidate: boolean) => ({ ...row(id), in_aflow_validate: inValidate });
    await write('hotpotqa_dev_sample.jsonl.gz', of('a', true), of('b', false));
    const standIn = await load('hotpotqa', 'test');
    expect(standIn.queries.map(({ id }) => id)).toEqual(['b']);
    expect(standIn.warnings).toEqual([expect.stringContaining("AFlow's hotpotqa_test.jsonl is not there")]);

    await write('hotpotqa_test.jsonl', row('c'));
    const real = await load('hotpotqa', 'test');
    expect(real.queries.map(({ id }) => id)).toEqual(['c']);
    expect(real.warnings).toEqual([]);
  });

  it.each(['validate', 'test'])('names the file of the %s split where there is neither', async (split) => {
    await expect(load('hotpotqa', split)).rejects.toThrow(`hotpotqa_${split}.jsonl is not there`);
  });
});

describe('HumanEval', () => {
  const row = { task_id: 'HumanEval/1', prompt: 'def f():', entry_point: 'f', test: 'def check(candidate): pass' };

  it('joins the public tests of a problem, and has none for a problem that is not listed', async () => {
    await write('humaneval_validate.jsonl', row, { ...row, task_id: 'HumanEval/2' });
    await write('humaneval_public_test.jsonl', { problem_id: 'HumanEval/1', test: ['assert a', 'assert b'], entry_point: 'f' });
    const { queries, warnings } = await load('humaneval');
    expect(queries[0]).toEqual({
      id: 'HumanEval/1',
      fields: { prompt: 'def f():', entry_point: 'f', tests: 'assert a\nassert b' },
      reference: 'def check(candidate): pass',
    });
    expect(queries[1]?.fields.tests).toBe('');
    expect(warnings).toEqual([]);
  });

  it('does without the file of public tests, and says so', async () => {
    await write('humaneval_validate.jsonl', row);
    const { queries, warnings } = await load('humaneval');
    expect(queries[0]?.fields.tests).toBe('');
    expect(warnings).toEqual([expect.stringContaining('humaneval_public_test.jsonl is not there')]);
  });

  it('refuses a broken file of public tests', async () => {
    await write('humaneval_validate.jsonl', row);
    await write('humaneval_public_test.jsonl', { problem_id: 'HumanEval/1' });
    await expect(load('humaneval')).rejects.toThrow('humaneval_public_test.jsonl, line 1: field "test" is missing');
  });
});

describe('MBPP', () => {
  const row = (id: number, name: string) => ({ task_id: id, prompt: 'Do it.', entry_point: name, test: 'def check(): pass' });
  const publicTest = (name: string, test: string) => ({ entry_point: name, test: [test] });

  it('gives problems of one name their own public tests by their places: the test split comes first', async () => {
    await write('mbpp_validate.jsonl', row(2, 'twice'), row(3, 'once'));
    await write('mbpp_test.jsonl', row(1, 'twice'));
    await write(
      'mbpp_public_test.jsonl',
      publicTest('twice', 'assert 1'),
      publicTest('twice', 'assert 2'),
      publicTest('once', 'assert 3'),
    );
    expect((await load('mbpp')).queries.map(({ fields }) => fields.tests)).toEqual(['assert 2', 'assert 3']);
    expect((await load('mbpp', 'test')).queries.map(({ fields }) => fields.tests)).toEqual(['assert 1']);
  });

  it('gives no tests where the places do not tell whose they are', async () => {
    await write('mbpp_validate.jsonl', row(3, 'once'), row(2, 'twice'));
    await write(
      'mbpp_public_test.jsonl',
      publicTest('twice', 'assert 1'),
      publicTest('once', 'assert 3'),
      publicTest('twice', 'assert 2'),
      publicTest('x', ''),
    );
    expect((await load('mbpp')).queries.map(({ fields }) => fields.tests)).toEqual(['assert 3', '']);
  });
});
