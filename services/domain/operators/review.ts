import { FailureError } from '../failure.ts';
import { readTags } from '../replies/read-tags.ts';
import { readVerdict, verdictOfProse } from '../replies/read-verdict.ts';
import { withoutAsides } from '../replies/split-thoughts.ts';
import type { Operator } from './operator.ts';

export const instruction = `Review the solution at the end: does it solve the problem correctly?
Check each step and the final answer. Fail it only if you are more than 95% sure that it is wrong.
Reply in exactly this form:
<feedback>what is wrong and how to fix it, or why it is right</feedback>
<passed>true or false</passed>`;

export const review: Operator = {
  name: 'review',
  description:
    'Asks the model whether a solution is right, with feedback for revise. `passed` is true or false, for if and loop.',
  inputs: {
    problem: { type: 'text', description: 'the problem' },
    solution: { type: 'text', description: 'the solution to judge' },
  },
  outputs: {
    passed: { type: 'boolean', description: 'false only if the model is nearly sure that the solution is wrong' },
    feedback: { type: 'text', description: 'what is wrong with it' },
  },
  maxCalls: 1,
  async run(inputs, context) {
    const content = `${instruction}\n\nProblem:\n${inputs.problem}\n\nSolution:\n${inputs.solution}`;
    const reply = await context.complete([{ role: 'user', content }]);
    const { feedback, passed: field, review_result: result } = readTags(reply.text, ['feedback', 'passed', 'review_result']);
    const text = withoutAsides(reply.text).trim();
    const said = field || result;
    const passed = said ? readVerdict(said) : verdictOfProse(text.replaceAll(/<[^<>]*>/g, ' '));
    if (passed !== undefined) return { passed, feedback: feedback ?? text };
    throw new FailureError({
      kind: 'unparsable-answer',
      message: 'The reply to review says neither true nor false in <passed>.',
    });
  },
};
