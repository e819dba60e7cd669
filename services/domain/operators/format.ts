import { FailureError } from '../failure.ts';
import { markedAnswer } from '../replies/marked-answer.ts';
import { readTags } from '../replies/read-tags.ts';
import { withoutAsides } from '../replies/split-thoughts.ts';
import { withoutFence } from '../replies/without-fence.ts';
import type { Operator } from './operator.ts';

export const instruction = `State the final answer of the solution at the end, and nothing else.
Give a few words or a number, as short as the problem allows, without a sentence around it. Do not solve the problem again.
Reply in exactly this form:
<answer>the final answer alone</answer>`;

export const format: Operator = {
  name: 'format',
  description: 'Shortens a solution to its final answer. Use it last, where the scorer compares the answer word for word.',
  inputs: {
    problem: { type: 'text', description: 'the problem' },
    solution: { type: 'text', description: 'the solution whose answer is wanted' },
  },
  outputs: { solution: { type: 'text', description: 'the final answer alone' } },
  maxCalls: 1,
  async run(inputs, context) {
    const content = `${instruction}\n\nProblem:\n${inputs.problem}\n\nSolution:\n${inputs.solution}`;
    const reply = await context.complete([{ role: 'user', content }]);
    const { answer, solution: named } = readTags(reply.text, ['answer', 'solution']);
    const text = withoutAsides(reply.text);
    // A reply without the tag is the answer without its wrapping.
    const solution = (answer || named || markedAnswer(text) || withoutFence(text)).trim();
    if (solution !== '') return { solution };
    throw new FailureError({ kind: 'unparsable-answer', message: 'The reply to format is empty.' });
  },
};
