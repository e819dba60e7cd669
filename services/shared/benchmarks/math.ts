import { z } from 'zod';
import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { readSplitFile } from './read-split-file.ts';
import { singleCallWorkflow } from './single-call-workflow.ts';

const row = z.object({ problem: z.string().min(1), solution: z.string().min(1) });

export const math: BenchmarkDefinition = {
  name: 'math',
  description:
    'Competition mathematics, the hardest level (5) of MATH: problems in English with LaTeX from prealgebra, precalculus, number ' +
    'theory, counting and probability. The answer to each is a number or a short expression.',
  answerFormat:
    'The scorer looks for the last \\boxed{...} and compares what is in it with the official answer. End with \\boxed{answer}: the ' +
    'answer alone in its simplest form, without units or words, fractions as \\frac{a}{b}.',
  inputs: ['problem'],
  operators: ['custom', 'answer_generate', 'sc_ensemble', 'programmer', 'review', 'revise'],
  splits: ['validate', 'test'],
  scorers: { aflow: 'math-aflow', strict: 'math-strict' },
  initialWorkflow: singleCallWorkflow('{{ query.problem }}'),
  async loadSplit(split, folder) {
    const rows = await readSplitFile(folder, `math_${split}.jsonl`, row);
    const queries = rows.map(({ problem, solution }, index) => ({
      // The files have no ids.
      id: `math-${split}-${String(index + 1).padStart(3, '0')}`,
      fields: { problem },
      // Scorers extract the answer from the official solution as from any other text.
      reference: solution,
    }));
    return { queries, warnings: [] };
  },
};
