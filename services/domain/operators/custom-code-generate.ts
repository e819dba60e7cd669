import { FailureError } from '../failure.ts';
import { defines, readProgram } from '../replies/read-program.ts';
import type { Operator } from './operator.ts';

export const instruction = `Write the Python function that the task at the end asks for.
Reply with one fenced python block that holds the whole function, with all imports and helpers it needs.`;

/** Asks for a function and returns only the program. */
export const customCodeGenerate: Operator = {
  name: 'custom_code_generate',
  description:
    "Has the model write a Python function with a given name, optionally guided by one of the workflow's prompts, and returns only the code, without fences or remarks.",
  inputs: {
    problem: { type: 'text', description: 'the task: a description, or a signature with its docstring' },
    entry_point: { type: 'text', description: 'the name of the function' },
    instruction: { type: 'prompt', description: 'name of the prompt that says how to write it', optional: true },
  },
  outputs: { response: { type: 'text', description: 'the whole program, with imports and helper functions' } },
  maxCalls: 1,
  async run(inputs, context) {
    const wanted = String(inputs.entry_point).trim();
    const own = inputs.instruction === undefined || inputs.instruction === '' ? [] : [String(inputs.instruction)];
    const content = [instruction, ...own, `Name of the function: ${wanted}`, `Task:\n${inputs.problem}`].join('\n\n');
    const reply = await context.complete([{ role: 'user', content }]);
    const program = readProgram(reply.text);
    if (defines(program, wanted)) return { response: program };
    const what = program === '' ? 'holds no Python code' : `defines no function ${wanted}`;
    throw new FailureError({ kind: 'unparsable-answer', message: `The reply to custom_code_generate ${what}.` });
  },
};
