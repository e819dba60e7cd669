import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    ['benchmark file', 'name: n\ndescription: d\nscorers: { s: number }'],
    ['benchmark file', 'fields: { question: q }'],
    ['benchmark file', 'name: n\nfiles: { validate: d.csv'],
  ])('is a %s by the settings at its top: %j', async (kind, text) => expect(await kindOf(text)).toBe(kind));
});

it('a run file without a benchmark is told so', async () => {
  await kindOf('seed: 1');
  const yardstick = { benchmark: { operators: ['custom'], inputs: ['question'] }, tryScorers: async () => [], environment: {} };
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
