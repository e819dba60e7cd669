import { FailureError } from '../failure.ts';
import type { Operator } from './operator.ts';
import { readTags, withoutThinking } from './read-tags.ts';

/** How the prompt begins; the simulated model recognises the operator by it. */
export const answerGenerateMarker = 'Answer the question at the end. Think it through first, step by step.';

const instruction = `${answerGenerateMarker}
Reply in exactly this form:
<thought>your reasoning</thought>
<answer>the final answer alone, as short as it can be</answer>`;

export const answerGenerate: Operator = {
  name: 'answer_generate',
  description: 'Asks the model to think step by step, and gives its reasoning and its short final answer apart.',
  inputs: { input: { type: 'text', description: 'the question, with everything that is needed to answer it' } },
  outputs: {
    thought: { type: 'text', description: 'the reasoning' },
    answer: { type: 'text', description: 'the final answer alone' },
  },
  maxCalls: 1,
  async run(inputs, context) {
    const reply = await context.complete([{ role: 'user', content: `${instruction}\n\nQuestion:\n${inputs.input}` }]);
    const { thought = '', answer = markedLine(reply.text) } = readTags(reply.text, ['thought', 'answer']);
    if (answer !== undefined && answer !== '') return { thought, answer };
    throw new FailureError({ kind: 'unparsable-answer', message: 'The reply to answer_generate has no <answer> field.' });
  },
};

/** The last line of the form "Answer: 42" or "**Final answer:** 42", where the tags were forgotten. */
function markedLine(reply: string): string | undefined {
  const lines = withoutThinking(reply).matchAll(
    /^[#*\s]*(?:the\s+)?(?:final\s+)?answer(?:\s+is)?\s*(?::\s*\**|\**\s*:)\s*(.+)$/gim,
  );
  return [...lines]
    .at(-1)?.[1]
    ?.replace(/\**\s*$/, '')
    .trim();
}
