import { z } from 'zod';
import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { readSplitFile } from './read-split-file.ts';
import { singleCallWorkflow } from './single-call-workflow.ts';

/** A row of AFlow's split files; `cot`, the official solution, is not needed. */
const row = z.object({
  id: z.string().min(1),
  question: z.string().min(1),
  answer: z.union([z.string().min(1), z.number().transform(String)]),
});

export const gsm8k: BenchmarkDefinition = {
  name: 'gsm8k',
  description:
    'Grade-school mathematics: word problems in English that take two to eight steps of elementary arithmetic. ' +
    'The answer to each is one number.',
  answerFormat:
    'The scorer looks for one number. End the answer with it, marked as \\boxed{number}, and write no other number after it.',
  inputs: ['question'],
  operators: ['custom', 'answer_generate', 'sc_ensemble', 'programmer', 'review', 'revise'],
  splits: ['validate', 'test'],
  scorers: { aflow: 'gsm8k-aflow', strict: 'gsm8k-strict' },
  initialWorkflow: singleCallWorkflow('{{ query.question }}'),
  async loadSplit(split, folder) {
    const rows = await readSplitFile(folder, `gsm8k_${split}.jsonl`, row);
    const queries = rows.map(({ id, question, answer }) => ({ id, fields: { question }, reference: answer }));
    return { queries, warnings: [] };
  },
};
