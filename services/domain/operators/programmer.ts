import { FailureError } from '../failure.ts';
import type { CodeVerdict } from '../ports.ts';
import { defines, readProgram } from '../replies/read-program.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { errorLine, runProgram, shownError } from './run-program.ts';

export const instruction = `Write a Python program that computes the answer to the problem at the end.
Define a function solve() without parameters that returns the final answer. Use the standard library only; read no input and no files.
Compute the answer; do not hard-code it. Reply with the whole program in one fenced python block.`;

const tries = 3;
const entry = 'solve';

/** Has a program written, runs it, and has it repaired with the help of the error. */
export const programmer: Operator = {
  name: 'programmer',
  description:
    'Has the model write a Python program for the problem, runs it, and returns what it computed; if the program fails, the model repairs it using the error. Use it where an answer can be calculated.',
  inputs: {
    problem: { type: 'text', description: 'the problem, with everything that is needed to solve it' },
    analysis: { type: 'text', description: 'thoughts on how to solve it, such as an earlier solution', optional: true },
  },
  outputs: {
    code: { type: 'text', description: 'the program that ran' },
    output: { type: 'text', description: 'what solve() returned, as text' },
  },
  maxCalls: tries,
  minCalls: 1,
  async run(inputs, context) {
    const analysis = inputs.analysis === undefined || inputs.analysis === '' ? [] : [`Analysis:\n${inputs.analysis}`];
    const task = [...analysis, `Problem:\n${inputs.problem}`];
    let last: TriedProgram = { code: '', output: '', error: '', summary: '' };
    for (let index = 0; index < tries; index += 1) {
      const earlier = index === 0 ? [] : [`Your last program:\n${last.code || '(none)'}`, `It failed:\n${last.error}`];
      const content = [instruction, ...earlier, ...task].join('\n\n');
      const reply = await context.complete([{ role: 'user', content }]);
      last = await tried(readProgram(reply.text), context);
      if (last.error === '') return { code: last.code, output: last.output };
    }
    const kind = last.code === '' ? 'unparsable-answer' : 'code';
    throw new FailureError({
      kind,
      message: `The program written for programmer failed ${tries} times; the last error: ${last.summary}`,
    });
  },
};

interface TriedProgram {
  readonly code: string;
  readonly output: string;
  /** "" if it worked. */
  readonly error: string;
  readonly summary: string;
}

async function tried(code: string, context: OperatorContext): Promise<TriedProgram> {
  const failed = (error: string, summary = error) => ({ code, output: '', error, summary });
  if (code === '') return failed('the reply holds no Python program.');
  const verdict = await runProgram(defines(code, entry) ? { code, entry } : { code }, context);
  if (!verdict.passed) return failed(shownError(verdict), errorLine(verdict));
  const output = outputOf(verdict);
  return output === '' ? failed('solve() returned nothing, and nothing was printed.') : { code, output, error: '', summary: '' };
}

/** A program without solve() may print its answer. */
function outputOf(verdict: CodeVerdict): string {
  const result = verdict.result.trim();
  return result === '' || result === 'None' ? verdict.output.trim() : result;
}
