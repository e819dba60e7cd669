import type { Benchmark } from '../benchmark.ts';
import { randomStream, shuffled } from '../random.ts';
import { describeOperators } from './describe-operators.ts';
import { languageReference } from './language-reference.ts';
import type { ReplyForm } from './reply-form.ts';
import { shortened } from './shortened.ts';

const fewShots = 3;
const fewShotCharacters = 800;

/**
 * What the prediction prompt says in every round of a run (Eq 6; the paper's Listing 1, with its six rules stated for our
 * workflow language instead of Python).
 */
export function predictionInstructions(benchmark: Benchmark, backboneModel: string, seed: number, form: ReplyForm): string {
  return `You predict the probability that a given workflow answers a query correctly, over the whole dataset of a task. Your number is your estimate of its mean score. Nothing is executed: read the workflow and reason.

# Rules
1. Static checks first. The prediction is 0.0 at once if one of them fails: every prompt that a step names is defined under prompts, with exactly that name; only operators in the list below are called, with their input and output names; expressions use nothing but query's fields and the ids of earlier steps; every path returns the answer as text.
2. Then go through the logic step by step, and think of the whole dataset, not of one query.
3. Keep the backbone model in mind: it can be wrong, invent facts and miscalculate, especially where a prompt gives it little guidance.
4. Consider all kinds of queries in the dataset, easy and hard.
5. Give neither an easy 0.0 to a workflow that runs nor an overconfident 1.0 to any workflow.
6. Ignore details of formatting: the answer is extracted from the returned text.

# Dataset
${benchmark.name}: ${benchmark.description}
Some of its queries with their answers, one JSON object per line:
${exampleLines(benchmark, seed)}

# Workflow language
${languageReference}

# Operators
${describeOperators(benchmark.operators)}

# Backbone model
${backboneModel}

# Reply
${form.predictionRequest}`;
}

/** {dataset_few_shots}: the same queries throughout a run. */
function exampleLines(benchmark: Benchmark, seed: number): string {
  return shuffled(randomStream(seed, 'prediction-examples'), benchmark.queries)
    .slice(0, fewShots)
    .map(({ fields, reference }) => {
      const shown = benchmark.inputs.map((field) => [field, shortened(fields[field] ?? '', fewShotCharacters)]);
      return JSON.stringify({ ...Object.fromEntries(shown), answer: shortened(reference, fewShotCharacters) });
    })
    .join('\n');
}
