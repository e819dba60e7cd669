import { z } from 'zod';
import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { BenchmarkError } from './benchmark-error.ts';
import { readSplitFile } from './read-split-file.ts';
import { singleCallWorkflow } from './single-call-workflow.ts';

/** A few of AFlow's rows have a number as their id. */
const row = z.object({
  _id: z.union([z.string().min(1), z.int().transform(String)]),
  question: z.string().min(1),
  answer: z.string().min(1),
  /** Title and sentences of each paragraph. */
  context: z.array(z.tuple([z.string(), z.array(z.string())])).min(1),
});

const sampleRow = row.extend({ in_aflow_validate: z.boolean() });
const sampleFile = 'hotpotqa_dev_sample.jsonl.gz';

type Row = z.infer<typeof row>;

export const hotpotqa: BenchmarkDefinition = {
  name: 'hotpotqa',
  description:
    'Questions that require facts from two of ten given Wikipedia paragraphs; the other eight are distractors. ' +
    'The answer is a name, a date, a number, a few words, or yes or no.',
  answerFormat:
    'The scorer compares the words of the answer with the official ones. Give the few words alone, without a sentence or an ' +
    'explanation around them; if the question asks whether something is so, yes or no alone.',
  inputs: ['question', 'context'],
  operators: ['custom', 'answer_generate', 'sc_ensemble', 'review', 'revise', 'format'],
  splits: ['validate', 'test'],
  scorers: { aflow: 'hotpotqa-aflow', strict: 'hotpotqa-strict', exact: 'hotpotqa-exact' },
  initialWorkflow: singleCallWorkflow('Context: {{ query.context }}\n\nQuestion: {{ query.question }}\n\nAnswer:'),
  async loadSplit(split, folder) {
    const { rows, warnings } = await readRows(split, folder);
    const queries = rows.map(({ _id: id, question, context, answer }) => ({
      id,
      fields: { question, context: joined(context) },
      reference: answer,
    }));
    return { queries, warnings };
  },
};

/** As AFlow does: one line per paragraph, without its title. */
function joined(context: Row['context']): string {
  return context.map(([, sentences]) => sentences.join(' ')).join('\n');
}

/** AFlow's test split is not available everywhere; a sample of the official development set can take its place. */
async function readRows(split: string, folder: string): Promise<{ rows: readonly Row[]; warnings: readonly string[] }> {
  const file = `hotpotqa_${split}.jsonl`;
  try {
    return { rows: await readSplitFile(folder, file, row), warnings: [] };
  } catch (error) {
    if (split !== 'test' || !isMissing(error)) throw error;
    const sample = await readSplitFile(folder, sampleFile, sampleRow).catch((other: unknown) => {
      throw isMissing(other) ? error : other;
    });
    const rows = sample.filter((candidate) => !candidate.in_aflow_validate);
    const warning = `AFlow's ${file} is not there: ${rows.length} other questions of HotpotQA's development set (${sampleFile}) take its place, so scores cannot be compared with published ones`;
    return { rows, warnings: [warning] };
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof BenchmarkError && error.problem === 'missing-file';
}
