import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileKindOf } from '../../../../services/cli/validation/file-kind.ts';
import { validateFile } from '../../../../services/cli/validation/validate-file.ts';

let file: string;
beforeAll(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'scale-kind-')), 'any.yaml');
});
afterAll(() => rm(join(file, '..'), { recursive: true }));

const kindOf = async (text: string) => {
  await writeFile(file, text);
  return fileKindOf(file);
};

describe('what a file is', () => {
  it.each([
    ['run file', 'seed: 1'],
    ['run file', ''],
    ['run file', '# nothing yet\n'],
    ['run file', 'name: mine'],
    ['run file', 'preset: paper\nserch: { max_rounds: 3 }'],
    ['run file', 'initial_workflow: w.yaml'],
    ['run file', 'just a sentence'],
    ['run file', '- a\n- b'],
    ['run file', 'benchmark: sample\nsearch: { max_rounds: [ }'],
    ['workflow', 'steps: []'],
    ['workflow', 'workflow: 1'],
    ['workflow', 'name: n\ndescription: d\nstpes: []'],
    ['workflow', '{"workflow": 1, "steps": [{"id": "a", "return": }'],
    ['workflow', 'prompts: { solve: x }'],
    ['sweep file', 'base: run.yaml'],
    ['sweep file', 'name: n\nmatirx: { seed: [1] }\nlimits: { money: 5 }'],
    ['sweep file', 'base: { benchmark: sample }\nmatrix: { seed: [1, 2 }'],
    ['benchmark file', 'name: n\ndescription: d\nscorers: { s: number }'],
    ['benchmark file', 'fields: { question: q }'],
    ['benchmark file', 'name: n\nfiles: { validate: d.csv'],
  ])('is a %s by the settings at its top: %j', async (kind, text) => expect(await kindOf(text)).toBe(kind));
});

const yardstick = { benchmark: { operators: ['custom'], inputs: ['question'] }, tryScorers: async () => [], environment: {} };

it('a sweep file is checked with each of its runs, and with the run file that is its base', async () => {
  await kindOf('base: { benchmark: sample }\nmatrix: { executor.model: [small, large], seed: [1, 2, 3] }\nat_once: 2');
  expect(await validateFile(file, yardstick)).toMatchObject({
    ...{ kind: 'sweep file', problems: [], summary: '6 runs, 2 at a time' },
    warnings: [expect.stringContaining('(small, '), expect.stringContaining('(large, ')],
  });
  const set = [{ path: 'search.max_rounds', value: 0, text: 'search.max_rounds=0' }];
  expect((await validateFile(file, { ...yardstick, set })).problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('search.max_rounds must be a whole number'),
  ]);
  await kindOf('base: { benchmark: sample, serch: {} }\nmatrix: { seed: [1, 1] }');
  expect((await validateFile(file, yardstick)).problems).toMatchObject([
    { line: 1, rule: 'sweep-file', message: expect.stringContaining('"serch"') },
    { line: 2, field: 'matrix.seed', message: 'matrix.seed names 1 twice' },
  ]);
  await writeFile(join(dirname(file), 'base.yaml'), '\nbenchmark: sampel');
  await kindOf('base: base.yaml\nmatrix: { seed: [1, 2] }');
  expect((await validateFile(file, yardstick)).problems).toMatchObject([
    { field: '', message: expect.stringMatching(/^in .*base\.yaml:2: .*"sample"/) },
  ]);
});

it('a run file without a benchmark is told so', async () => {
  await kindOf('seed: 1');
  const { problems } = await validateFile(file, yardstick);
  expect(problems.map(({ field, message }) => [field, message])).toEqual([
    ['benchmark', expect.stringContaining('benchmark is missing')],
  ]);
  await kindOf('');
  expect((await validateFile(file, yardstick)).problems[0]?.message).toMatch(
    /must be a group of settings, but is empty|benchmark is missing/,
  );
  await kindOf(
    'benchmark: sample\nmodels: { executor: { endpoint: e, model: m }, optimizer: { endpoint: e, model: m } }\nendpoints: { e: { base_url: "http://x/v1", api_key_variable: NOT_SET } }',
  );
  expect(await validateFile(file, yardstick)).toMatchObject({
    problems: [],
    warnings: ['the key for model m must be in the environment variable NOT_SET, which is not set'],
  });
});
