import type { CodeRun, CodeVerdict } from '../ports.ts';
import type { OperatorContext } from './operator.ts';

/** CPU time that a program of an operator may take. */
export const programTimeLimitMs = 15_000;
/** The end of a traceback says what went wrong; the full traceback would fill the repair prompt. */
const errorShown = 1_500;

/** Runs a program that a model wrote, in the executor's sandbox. */
export function runProgram(program: Omit<CodeRun, 'timeLimitMs'>, context: OperatorContext): Promise<CodeVerdict> {
  if (context.code === undefined) throw new Error('this executor has no sandbox, so operators that run programs cannot be used');
  return context.code.run({ ...program, timeLimitMs: programTimeLimitMs }, context.signal);
}

export function shownError(verdict: CodeVerdict): string {
  const error = verdict.error.trim() || `the program ended with the verdict "${verdict.kind}"`;
  return error.length <= errorShown ? error : `…${error.slice(-errorShown)}`;
}

/** The last line of an error: in Python, the exception itself. */
export function errorLine(verdict: CodeVerdict): string {
  return shownError(verdict).split('\n').at(-1)?.trim().slice(0, 200) ?? '';
}
