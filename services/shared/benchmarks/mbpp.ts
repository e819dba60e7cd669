import { z } from 'zod';
import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { readPublicTests } from './read-public-tests.ts';
import { readSplitFile } from './read-split-file.ts';
import { singleProgramWorkflow } from './single-program-workflow.ts';

const row = z.object({
  task_id: z.union([z.string().min(1), z.int().transform(String)]),
  prompt: z.string().min(1),
  entry_point: z.string().min(1),
  test: z.string().min(1),
});

const publicRow = z.object({ entry_point: z.string(), test: z.array(z.string()) });

export const mbpp: BenchmarkDefinition = {
  name: 'mbpp',
  description:
    'Short Python functions to be written from a signature and one sentence that says what they do. Hidden tests call the function.',
  answerFormat:
    'The scorer runs the code in the answer against hidden tests. Give the whole function under its name, with all imports and ' +
    'helpers it needs, as Python alone or in one fenced python block; it must not read input or print.',
  inputs: ['prompt', 'entry_point', 'tests'],
  operators: ['custom', 'custom_code_generate', 'sc_ensemble', 'test', 'review', 'revise'],
  splits: ['validate', 'test'],
  scorers: { aflow: 'mbpp-aflow', strict: 'mbpp-strict' },
  initialWorkflow: singleProgramWorkflow,
  async loadSplit(split, folder) {
    const rows = await readSplitFile(folder, `mbpp_${split}.jsonl`, row);
    const { rows: publicTests, warnings } = await readPublicTests(folder, 'mbpp_public_test.jsonl', publicRow);
    // They are in the order of the problems, with those of the test split first.
    const start = split === 'test' ? 0 : publicTests.length - rows.length;
    const queries = rows.map(({ task_id: id, prompt, entry_point, test }, index) => {
      const tests = publicTestsOf(entry_point, publicTests, start + index).join('\n');
      return { id, fields: { prompt, entry_point, tests }, reference: test };
    });
    return { queries, warnings };
  },
};

/** Eight names belong to two problems each: there the position decides, and without it nothing says whose tests they are. */
function publicTestsOf(name: string, publicTests: readonly z.infer<typeof publicRow>[], place: number): readonly string[] {
  const there = publicTests[place];
  if (there?.entry_point === name) return there.test;
  const [only, ...others] = publicTests.filter((candidate) => candidate.entry_point === name);
  return only && others.length === 0 ? only.test : [];
}
