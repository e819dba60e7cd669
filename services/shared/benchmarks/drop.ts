import { z } from 'zod';
import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { readSplitFile } from './read-split-file.ts';
import { singleCallWorkflow } from './single-call-workflow.ts';

/** `ref_text` holds the gold answers, joined by bars. */
const row = z.object({
  id: z.union([z.string().min(1), z.int().transform(String)]),
  context: z.string().min(1),
  ref_text: z.string().min(1),
});

export const drop: BenchmarkDefinition = {
  name: 'drop',
  description:
    'Reading with arithmetic: a passage from Wikipedia and a question about it that requires finding, counting, adding, ' +
    'subtracting or comparing what the passage says. The answer is a number, a date, or a few words of the passage.',
  answerFormat:
    'The scorer compares the words of the answer with the official ones. Give the number or the few words alone, ' +
    'without a sentence, an explanation or a unit around them.',
  inputs: ['context'],
  operators: ['custom', 'answer_generate', 'sc_ensemble', 'review', 'revise', 'format'],
  splits: ['validate', 'test'],
  scorers: { aflow: 'drop-aflow', strict: 'drop-strict', exact: 'drop-exact' },
  initialWorkflow: singleCallWorkflow('{{ query.context }}'),
  async loadSplit(split, folder) {
    const rows = await readSplitFile(folder, `drop_${split}.jsonl`, row);
    const queries = rows.map(({ id, context, ref_text: reference }) => ({ id, fields: { context }, reference }));
    return { queries, warnings: [] };
  },
};
