import { z } from 'zod';
import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { readPublicTests } from './read-public-tests.ts';
import { readSplitFile } from './read-split-file.ts';
import { singleProgramWorkflow } from './single-program-workflow.ts';

const row = z.object({
  task_id: z.string().min(1),
  prompt: z.string().min(1),
  entry_point: z.string().min(1),
  test: z.string().min(1),
});

const publicRow = z.object({ problem_id: z.string(), test: z.array(z.string()) });

export const humaneval: BenchmarkDefinition = {
  name: 'humaneval',
  description:
    'Python functions to be written from a signature and a docstring that describes what they do, often with examples. ' +
    'Hidden tests call the function.',
  answerFormat:
    'The scorer runs the code in the answer against hidden tests. Give the whole function under its name, with all imports and ' +
    'helpers it needs, as Python alone or in one fenced python block; it must not read input or print.',
  inputs: ['prompt', 'entry_point', 'tests'],
  operators: ['custom', 'custom_code_generate', 'sc_ensemble', 'test', 'review', 'revise'],
  splits: ['validate', 'test'],
  scorers: { aflow: 'humaneval-aflow', strict: 'humaneval-strict' },
  initialWorkflow: singleProgramWorkflow,
  async loadSplit(split, folder) {
    const rows = await readSplitFile(folder, `humaneval_${split}.jsonl`, row);
    const { rows: publicTests, warnings } = await readPublicTests(folder, 'humaneval_public_test.jsonl', publicRow);
    const testsOf = new Map(publicTests.map(({ problem_id: id, test }) => [id, test.join('\n')]));
    const queries = rows.map(({ task_id: id, prompt, entry_point, test }) => ({
      id,
      fields: { prompt, entry_point, tests: testsOf.get(id) ?? '' },
      reference: test,
    }));
    return { queries, warnings };
  },
};
