import { FailureError } from '../failure.ts';
import { markedAnswer } from '../replies/marked-answer.ts';
import { readTags } from '../replies/read-tags.ts';
import { withoutAsides } from '../replies/split-thoughts.ts';
import type { Operator } from './operator.ts';

export const instruction = `Answer the question at the end. Think it through first, step by step.
Reply in exactly this form:
<thought>your reasoning</thought>
<answer>the final answer alone, as short as it can be</answer>`;

export const answerGenerate: Operator = {
  name: 'answer_generate',
  description: 'Asks the model to think step by step, and returns its reasoning and its short final answer separately.',
  inputs: { input: { type: 'text', description: 'the question, with everything that is needed to answer it' } },
  outputs: {
    thought: { type: 'text', description: 'the reasoning' },
    answer: { type: 'text', description: 'the final answer alone' },
  },
  maxCalls: 1,
  async run(inputs, context) {
    const reply = await context.complete([{ role: 'user', content: `${instruction}\n\nQuestion:\n${inputs.input}` }]);
    const { thought = '', answer = '' } = readTags(reply.text, ['thought', 'answer']);
    // A reply without the tag may state its answer in another way.
    const text = withoutAsides(reply.text);
    const said = answer || (markedAnswer(text) ?? shortReply(text)).trim();
    if (said) return { thought, answer: said };
    throw new FailureError({
      kind: 'unparsable-answer',
      message: 'The reply to answer_generate has no <answer> field and states no answer in any other way.',
    });
  },
};

/** A line of a few words that is not a sentence, such as "42" or "**Paris**". */
function shortReply(text: string): string {
  const line = text.trim().replace(/^[*_`"'\s]+|[*_`"'\s]+$/g, '');
  return /^(?!.*<\/?\w+>)[^\n]{1,60}$/.test(line) && !/[.!?:]$/.test(line) && line.split(/\s+/).length <= 6 ? line : '';
}
