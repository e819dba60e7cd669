import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectOperators } from '../../../../services/domain/operators/registry.ts';
import { scorers } from '../../../../services/domain/scoring/registry.ts';
import { validateWorkflow } from '../../../../services/domain/workflow/check/validate-workflow.ts';
import { loadBenchmark } from '../../../../services/shared/benchmarks/load-benchmark.ts';
import { benchmarkDefinitions } from '../../../../services/shared/benchmarks/registry.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-benchmarks-'));
});
afterAll(() => rm(folder, { recursive: true }));

const rows = [
  { id: 'a', question: 'Two and two?', answer: '4', cot: '2 + 2 = 4' },
  { id: 'b', question: 'Two times three?', answer: 6, cot: '' },
];

const gsm8kFrom = async (content: string | undefined, request: { limit?: number; scorer?: string; split?: string } = {}) => {
  const path = join(folder, 'gsm8k_validate.jsonl');
  if (content === undefined) await rm(path, { force: true });
  else await writeFile(path, content);
  return loadBenchmark({ name: 'gsm8k', split: 'validate', folder, ...request });
};

const jsonLines = (...values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

describe('loading GSM8K', () => {
  it('reads the questions, the references and the ids of a split file', async () => {
    const benchmark = await gsm8kFrom(`${jsonLines(...rows)}\n`);
    expect(benchmark.queries).toEqual([
      { id: 'a', fields: { question: 'Two and two?' }, reference: '4' },
      { id: 'b', fields: { question: 'Two times three?' }, reference: '6' },
    ]);
    expect(benchmark).toMatchObject({ name: 'gsm8k', split: 'validate', inputs: ['question'] });
  });

  it('scores as AFlow does unless told otherwise, and keeps the other scorer beside it', async () => {
    const lines = jsonLines(...rows);
    expect(await gsm8kFrom(lines)).toMatchObject({ scorer: 'gsm8k-aflow', otherScorers: ['gsm8k-strict'] });
    expect(await gsm8kFrom(lines, { scorer: 'strict' })).toMatchObject({
      scorer: 'gsm8k-strict',
      otherScorers: ['gsm8k-aflow'],
    });
  });

  it('takes the first queries up to a limit', async () => {
    expect((await gsm8kFrom(jsonLines(...rows), { limit: 1 })).queries.map(({ id }) => id)).toEqual(['a']);
  });

  it.each([
    ['a missing file', undefined, {}, /gsm8k_validate\.jsonl is not there; .*SCALE_DATA/, 'missing-file'],
    ['bad JSON', `${jsonLines(rows[0])}{"id": \n`, {}, /gsm8k_validate\.jsonl, line 2: not valid JSON/, 'bad-json'],
    ['a missing field', jsonLines({ id: 'a', question: 'x' }), {}, /line 1: field "answer" is missing/, 'bad-field'],
    ['an empty field', jsonLines({ ...rows[0], question: '' }), {}, /line 1: field "question" is wrong/, 'bad-field'],
    ['a field of another type', jsonLines({ ...rows[0], id: 7 }), {}, /line 1: field "id" is wrong/, 'bad-field'],
    ['a line that is no object', '17\n', {}, /line 1: the line is wrong/, 'bad-field'],
    ['duplicate ids', jsonLines(rows[0], rows[1], rows[0]), {}, /queries 1 and 3 have the same id "a"/, 'duplicate-id'],
    ['an empty split', '\n\n', {}, /gsm8k_validate\.jsonl holds no queries/, 'empty-split'],
    ['an unknown split', jsonLines(...rows), { split: 'train' }, /no split "train"; it has validate, test/, 'unknown-split'],
    ['an unknown scorer', jsonLines(...rows), { scorer: 'f1' }, /no scorer "f1"; it has aflow, strict/, 'unknown-scorer'],
    [
      'a limit beyond the split',
      jsonLines(...rows),
      { limit: 3 },
      /limit 3 is out of range: .* has 2 queries, so it must be 1 to 2/,
      'limit',
    ],
    ['a limit of nothing', jsonLines(...rows), { limit: 0 }, /limit 0 is out of range/, 'limit'],
  ])('refuses %s in one sentence', async (_what, content, request, message, problem) => {
    const loading = gsm8kFrom(content, request);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toMatchObject({ name: 'BenchmarkError', problem });
    await expect(loading).rejects.not.toThrow(/\n/);
  });

  it('says why a file cannot be read', async () => {
    await expect(loadBenchmark({ name: 'gsm8k', split: 'validate', folder: '/dev/null' })).rejects.toMatchObject({
      problem: 'unreadable-file',
    });
  });
});

describe('the registry of benchmarks', () => {
  it('refuses an unknown benchmark and names those there are', async () => {
    await expect(loadBenchmark({ name: 'gsm9k', split: 'validate', folder })).rejects.toThrow(
      /^there is no benchmark "gsm9k"; did you mean "gsm8k"\? There are gsm8k, math, .*sample.*, and files of your own \(\.yaml\)$/,
    );
  });

  it.each([...benchmarkDefinitions])('names existing scorers and an initial workflow for %s', (_name, definition) => {
    for (const scorer of Object.values(definition.scorers)) expect(scorers.named(scorer).name).toBe(scorer);
    const operators = selectOperators(definition.operators);
    expect(validateWorkflow(definition.initialWorkflow, { operators, queryFields: definition.inputs })).toEqual([]);
  });
});
