import type { Benchmark } from '../benchmark.ts';
import { describeOperators } from './describe-operators.ts';
import { languageReference } from './language-reference.ts';

/** What the optimizer must know about the language to write a workflow. */
export function languageSection(examples: readonly string[]): string {
  return `# Workflow language (YAML)
${languageReference}
${examples.map((example) => `Example:\n${example}`).join('\n')}`;
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
