import { FailureError } from '../failure.ts';
import { readTags } from '../replies/read-tags.ts';
import { withoutThoughts } from '../replies/split-thoughts.ts';
import type { Operator } from './operator.ts';

export const instruction = `Revise the solution at the end to address the feedback on it.
Keep what is right, correct what is wrong, and give the whole revised solution with its final answer.
Reply in exactly this form:
<solution>the revised solution</solution>`;

export const revise: Operator = {
  name: 'revise',
  description: 'Asks the model to rewrite a solution according to the feedback on it. Use it after a review that did not pass.',
  inputs: {
    problem: { type: 'text', description: 'the problem' },
    solution: { type: 'text', description: 'the solution to rewrite' },
    feedback: { type: 'text', description: 'what is wrong with it' },
  },
  outputs: { solution: { type: 'text', description: 'the revised solution' } },
  maxCalls: 1,
  async run(inputs, context) {
    const parts = [`Problem:\n${inputs.problem}`, `Solution:\n${inputs.solution}`, `Feedback:\n${inputs.feedback}`];
    const reply = await context.complete([{ role: 'user', content: [instruction, ...parts].join('\n\n') }]);
    // A reply without the tag is a solution without its wrapping.
    const solution = readTags(reply.text, ['solution']).solution ?? withoutThoughts(reply.text).trim();
    if (solution !== '') return { solution };
    throw new FailureError({ kind: 'unparsable-answer', message: 'The reply to revise is empty.' });
  },
};
