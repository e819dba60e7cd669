import { pythonExpression } from '../../../services/cli/export/python-expression.ts';
import { readPythonParts } from '../../../services/cli/export/python-parts.ts';
import { operators } from '../../../services/domain/operators/registry.ts';
import { chosenLetter } from '../../../services/domain/operators/sc-ensemble.ts';
import { markedAnswer } from '../../../services/domain/replies/marked-answer.ts';
import { readProgram } from '../../../services/domain/replies/read-program.ts';
import { readTags } from '../../../services/domain/replies/read-tags.ts';
import { readVerdict, verdictOfProse } from '../../../services/domain/replies/read-verdict.ts';
import { splitThoughts, withoutAsides } from '../../../services/domain/replies/split-thoughts.ts';
import { withoutFence } from '../../../services/domain/replies/without-fence.ts';
import { withoutMargins } from '../../../services/domain/replies/without-margins.ts';
import { ExpressionError, parseExpression } from '../../../services/domain/workflow/expression/expression.ts';
import { type StepValue, Unsigned } from '../../../services/domain/workflow/expression/value.ts';
import { readWorkflowText } from '../../../services/shared/benchmarks/read-workflow-file.ts';
import { exportedFile, functionsInPython } from './python-export.ts';

const tags = ['thought', 'choice', 'answer', 'passed', 'feedback', 'solution', 'solution_letter', 'review_result'] as const;

/** Readers of replies: what each is called in Python, what it is given there, and what it gives here. */
const readers: readonly (readonly [string, (text: string) => readonly unknown[], (text: string) => unknown])[] = [
  ['read_tags', (text) => [text, tags], (text) => readTags(text, tags)],
  ['split_thoughts', (text) => [text], (text) => Object.values(splitThoughts(text))],
  ['without_asides', (text) => [text], withoutAsides],
  ['without_margins', (text) => [text], withoutMargins],
  ['without_fence', (text) => [text], withoutFence],
  ['marked_answer', (text) => [text], (text) => markedAnswer(text) ?? null],
  ['chosen_letter', (text) => [text, 'ABCD'], (text) => chosenLetter(text, 'ABCD') ?? null],
  ['read_verdict', (text) => [text], (text) => readVerdict(text) ?? null],
  ['verdict_of_prose', (text) => [text], (text) => verdictOfProse(text) ?? null],
  ['read_program', (text) => [text], readProgram],
];

/** @returns a sentence for each reply and reader that differ */
export async function replyDifferences(texts: readonly string[]): Promise<string[]> {
  const calls = texts.flatMap((text) =>
    readers.map(([name, given, ours]) => ({ name, text, given: given(text), ours: ours(text) })),
  );
  const theirs = await functionsInPython(
    await fileOfAllOperators(),
    calls.map(({ name, given }) => [name, given] as const),
  );
  return calls.flatMap(({ name, text, ours }, index) => {
    const [one, other] = [JSON.stringify(shownPlain(ours)), JSON.stringify(theirs[index])];
    return one === other ? [] : [`${name}(${JSON.stringify(text)}) is ${one}, and in Python ${other}`];
  });
}

export function fileOfAllOperators(): Promise<string> {
  const text = `workflow: 1
steps:
  - { id: a, call: answer_generate, with: { input: "{{query.question}}" } }
  - { id: b, call: sc_ensemble, with: { solutions: "{{[a.answer, a.thought]}}" } }
  - { id: c, call: review, with: { problem: "{{query.question}}", solution: "{{a.answer}}" } }
  - { id: d, call: programmer, with: { problem: "{{query.question}}" } }
  - return: "{{b.response}}"`;
  return exportedFile(readWorkflowText(text, 'all', { operators: [...operators.keys()], inputs: ['question'] }), ['question']);
}

function shownPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shownPlain);
  if (typeof value !== 'object' || value === null) return value;
  return { map: Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)) };
}

const header =
  'import asyncio, collections, contextlib, dataclasses, decimal, functools, hashlib, json, math, os, re, sys, unicodedata, openai, argparse\n\nCLIENT, INPUTS, WORKFLOW, JOIN_SAMPLES = {}, [], "", False\n\n\n';

/** Expressions that name nothing are compared. @returns how many they are, and a sentence for each that differs */
export async function expressionDifferences(
  texts: readonly string[],
): Promise<{ readonly compared: number; readonly different: string[] }> {
  const written = texts.flatMap((text) => {
    try {
      const { tree, names } = parseExpression(text);
      if (names.size > 0) return [];
      return [{ text, python: pythonExpression(tree, { nameOf: (name) => name, hasField: () => false }) }];
    } catch (error) {
      if (error instanceof ExpressionError) return [];
      throw error;
    }
  });
  const functions = written
    .map(({ python }, index) => `def expression_${index}():\n    return within_limits(${python})\n`)
    .join('\n\n');
  const parts = await readPythonParts({});
  const theirs = await functionsInPython(
    `${header}${functions}\n\n${parts.neededBy(functions)}`,
    written.map((_, index) => [`expression_${index}`, []] as const),
  );
  const different = written.flatMap(({ text, python }, index) => {
    const [one, other] = [JSON.stringify(expressionValue(text)), JSON.stringify(theirs[index])];
    return one === other ? [] : [`${text}  is ${one}, and in Python ${other}: ${python}`];
  });
  return { compared: written.length, different };
}

function expressionValue(expression: string): unknown {
  try {
    return shownValue(parseExpression(expression).value(() => undefined));
  } catch (error) {
    if (error instanceof ExpressionError) return 'error';
    throw error;
  }
}

function shownValue(value: StepValue): unknown {
  if (typeof value === 'bigint') return { int: String(value) };
  if (typeof value === 'number') return { double: value };
  if (value instanceof Unsigned) return { uint: String(value.value) };
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(shownValue);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const pairs = entries.map(([key, inner]) => [shownValue(key), shownValue(inner)]);
  return { map: pairs.toSorted((left, right) => (JSON.stringify(left[0]) < JSON.stringify(right[0]) ? -1 : 1)) };
}
