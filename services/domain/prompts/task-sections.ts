import type { Benchmark } from '../benchmark.ts';
import { describeOperators } from './describe-operators.ts';
import type { ReplyForm } from './reply-form.ts';

/** What the optimizer must know about the language to write a workflow. @param examples in YAML */
export function languageSection(examples: readonly string[], form: ReplyForm): string {
  return `# Workflow language (${form.language})
${form.reference}
${examples.map((example) => `Example:\n${form.example(example)}`).join('\n')}`;
}

/** What the optimizer must know about the task to write a workflow for it. */
export function taskSections(benchmark: Benchmark, executorModel: string): string {
  return `# Operators
${describeOperators(benchmark.operators)}

# Task
${benchmark.name}: ${benchmark.description}
Answer format: ${benchmark.answerFormat}
Fields of a query: ${benchmark.inputs.map((field) => `query.${field}`).join(', ')}
The workflow's calls go to the model ${executorModel}.`;
}
