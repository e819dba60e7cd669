import type { Benchmark } from '../benchmark.ts';
import { languageExample } from './language-reference.ts';
import { type ReplyForm, taggedForm } from './reply-form.ts';
import { languageSection, taskSections } from './task-sections.ts';

/**
 * The part of the proposal prompt that is the same in every round of a run. It comes first, so that a server's prefix cache can
 * hold it.
 */
export function proposalInstructions(
  benchmark: Benchmark,
  executorModel: string,
  maxCallsPerQuery: number,
  form: ReplyForm = taggedForm,
): string {
  return `You improve a workflow: a small program of language-model calls that answers every query of a task. You are shown one workflow, its score and where it fails. Make one modification that raises its mean score over all queries.

# Rules
1. Change one thing: a prompt, or one or two steps. Keep what works. Write the whole workflow, not a diff.
2. Every prompt that a step names must be defined under prompts with exactly that name. Use only the operators below, with exactly their inputs.
3. The returned text is the answer that is scored. Have the prompts ask for the answer format.
4. The workflow must work for queries that you have not seen: put no facts of a particular query in a prompt.
5. At most ${maxCallsPerQuery} model calls per query; each costs tokens, so add one only where it should pay off.
6. What may help: reasoning in steps, a clearly marked final answer, several independent solutions and a vote, review and revision, different prompts for different approaches, a check with a loop or a branch.

${languageSection([languageExample(benchmark.inputs[0] ?? 'question')], form)}

${taskSections(benchmark, executorModel)}

# Reply
${form.request('one sentence: what you change and why it should help', 'the whole modified workflow')}`;
}
