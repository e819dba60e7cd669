import { defines, readProgram } from '../replies/read-program.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { runProgram, shownError } from './run-program.ts';

export const instruction = `The Python function at the end fails its tests. Find the mistake and rewrite the function.
Say in a sentence or two what is wrong. Then give the whole corrected program in one fenced python block, under the same function name.`;

const fixes = 3;

/** Runs a solution against the public tests; what fails is shown to the model, which rewrites it. */
export const test: Operator = {
  name: 'test',
  description:
    'Runs a Python solution against the public tests of the query and, if it fails, has the model correct it using the error, at most three times. Returns the last solution and whether it passes. Without tests, every solution passes.',
  inputs: {
    problem: { type: 'text', description: 'the task that the function must solve' },
    solution: { type: 'text', description: 'the program to test' },
    entry_point: { type: 'text', description: 'the name of the function' },
    tests: { type: 'text', description: 'assert statements that call candidate(...) or the function by its name' },
  },
  outputs: {
    passed: { type: 'boolean', description: 'whether the solution passes the tests' },
    solution: { type: 'text', description: 'the solution, corrected if necessary' },
  },
  maxCalls: fixes,
  minCalls: 0,
  async run(inputs, context) {
    const entryPoint = String(inputs.entry_point).trim();
    const tests = String(inputs.tests).trim();
    let solution = readProgram(String(inputs.solution)) || String(inputs.solution).trim();
    let error = await errorOf(solution, entryPoint, tests, context);
    for (let fix = 0; fix < fixes && error !== ''; fix += 1) {
      const parts = [`Task:\n${inputs.problem}`, `Tests:\n${tests}`, `Error:\n${error}`, `Function:\n${solution}`];
      const reply = await context.complete([{ role: 'user', content: [instruction, ...parts].join('\n\n') }]);
      const rewritten = readProgram(reply.text);
      // A reply without the function leaves the solution unchanged: there is nothing to test.
      if (!defines(rewritten, entryPoint)) continue;
      solution = rewritten;
      error = await errorOf(solution, entryPoint, tests, context);
    }
    return { passed: error === '', solution };
  },
};

/** What the tests say against a solution, "" if they pass. */
async function errorOf(code: string, entryPoint: string, tests: string, context: OperatorContext): Promise<string> {
  if (tests === '') return '';
  if (!defines(code, entryPoint)) return `NameError: name '${entryPoint}' is not defined`;
  // Under the name "candidate" the sandbox gives the tests even a function with the name of a Python builtin.
  const program = `${code}\n\ncandidate = ${entryPoint}\n`;
  // Some of MBPP's public tests use math without importing it.
  const verdict = await runProgram({ code: program, tests: `import math\n${entryPoint} = candidate\n${tests}\n` }, context);
  return verdict.passed ? '' : shownError(verdict);
}
