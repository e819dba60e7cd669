import type { Query } from '../benchmark.ts';
import type { CodeRun, CodeVerdict } from '../ports.ts';
import { CodeRunnerMissingError, type ScoredAnswer, type ScoringTools } from './scorer.ts';

/** AFlow's limit for a check. */
export const checkTimeLimitMs = 15_000;

/** What AFlow lets answers use without importing it; some gold solutions rely on it. */
const givenNames = 'import math, hashlib, re\nfrom typing import List, Dict, Tuple, Optional, Any\n';

export interface CodeScoring {
  readonly scorer: string;
  /** Name of the function that is tested. */
  readonly entryPoint: string;
  /** Python that defines `answer_code()`, which reads the answer from standard input and returns the code in it. */
  readonly extraction: string;
  /** Python that precedes the code. */
  readonly before: string;
  /** Python that fails if the code is wrong. */
  readonly tests: string;
}

/** Finds the code in an answer and runs the tests on it: the answer is right if they run to the end. */
export async function scoreProgram(scoring: CodeScoring, answer: string, tools: ScoringTools): Promise<ScoredAnswer> {
  const { code, signal } = tools;
  if (!code) throw new CodeRunnerMissingError(scoring.scorer);
  const extraction: CodeRun = {
    code: scoring.extraction,
    stdin: answer,
    entry: 'answer_code',
    timeLimitMs: checkTimeLimitMs,
  };
  const { passed, result } = await code.run(extraction, signal);
  // If Python cannot even search it for code, it is not a program.
  if (!passed) return { score: 0, extracted: '', feedback: 'no code was found in it' };
  const program = futureImportsFirst(`${givenNames}${scoring.before}\n${result}\ntested_function = ${scoring.entryPoint}\n`);
  // The sandbox hides from the tests whatever a program names like a Python builtin, and one of MBPP's tasks asks for a function
  // called sum.
  const wanted = `${scoring.entryPoint} = tested_function\n${scoring.tests}`;
  // The tests share no modules with a program that could tamper with its interpreter, and one of MBPP's tests needs sys.
  const tests = /^import sys$/m.test(result) ? `import sys\n${wanted}` : wanted;
  const verdict = await code.run({ code: program, tests, timeLimitMs: checkTimeLimitMs }, signal);
  return verdict.passed ? { score: 1, extracted: result } : { score: 0, extracted: result, feedback: testMessage(verdict) };
}

/** "assert add(1) == 3: AssertionError" or "assert half(0) == 0: ZeroDivisionError: division by zero, at return 1 / x". */
function testMessage({ kind, error }: CodeVerdict): string {
  if (kind !== 'failed') return error;
  const frames = [...error.matchAll(/^ *File "<(\w+)>", line \d+.*\n +(.+)$/gm)].map(([, file, line = '']) => ({ file, line }));
  const test = frames.findLast(({ file }) => file === 'tests')?.line;
  const last = frames.at(-1);
  const what = error.trim().split('\n').at(-1)?.trim() ?? '';
  return `${test === undefined ? '' : `${test}: `}${what}${last?.file === 'program' ? `, at ${last.line}` : ''}`;
}

/** Python does not accept them anywhere else. */
function futureImportsFirst(program: string): string {
  const future = /^from __future__ import .+$/gm;
  return [...(program.match(future) ?? []), program.replace(future, '')].join('\n');
}

/** A string as a Python literal: Python reads JSON's strings as JavaScript does. */
export function pythonString(text: string): string {
  return JSON.stringify(text);
}

/** The name of the function that a query asks for. */
export function entryPointOf(query: Query): string {
  const name = query.fields.entry_point ?? '';
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) {
    throw new Error(`query ${query.id} names no function to test: its field entry_point is "${name}"`);
  }
  return name;
}
