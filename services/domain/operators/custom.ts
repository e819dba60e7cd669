import { withoutMargins } from '../replies/without-margins.ts';
import type { Operator } from './operator.ts';

/** Asks the model with a prompt of the workflow's own: the instruction, a blank line, the input. */
export const custom: Operator = {
  name: 'custom',
  description:
    'Asks the model once, with the instruction (the name of a prompt) and the input; the reply is the response. Use it for anything that no other operator does.',
  inputs: {
    input: { type: 'text', description: 'what the model works on, usually the query' },
    instruction: { type: 'prompt', description: 'name of the prompt that says what to do', optional: true },
  },
  outputs: { response: { type: 'text', description: "the model's reply" } },
  maxCalls: 1,
  async run(inputs, context) {
    const content = [inputs.instruction, inputs.input].filter((part) => part !== undefined && part !== '').join('\n\n');
    const reply = await context.complete([{ role: 'user', content }]);
    return { response: withoutMargins(reply.text) };
  },
};
