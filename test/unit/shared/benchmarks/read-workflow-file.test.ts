import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  readWorkflowFile,
  readWorkflowText,
  WorkflowFileError,
} from '../../../../services/shared/benchmarks/read-workflow-file.ts';

const surroundings = { operators: ['custom', 'answer_generate', 'sc_ensemble', 'review', 'revise'], inputs: ['question'] };
const folder = (path: string) => fileURLToPath(new URL(`../../../../${path}/`, import.meta.url));
const broken = folder('test/fixtures/workflows/broken');
const examples = folder('examples/workflows');

async function errorOf(file: string): Promise<WorkflowFileError> {
  const error = await readWorkflowFile(file, surroundings, 20).catch((thrown: unknown) => thrown);
  if (!(error instanceof WorkflowFileError)) throw new Error(`${file} was read`, { cause: error });
  return error;
}

const expected: readonly [file: string, step: string, field: string, rule: string, says: string][] = [
  ['assigned-in-one-branch', 'steps[2]', 'return', 'unassigned-name', '"solution" has no value on some paths'],
  ['bad-expression', 'steps[1]', 'if', 'expression-syntax', 'write == to compare'],
  ['bound-too-large', 'drafts', 'parallel', 'out-of-range', 'from 1 to 20, and is 50'],
  ['duplicate-id', 'answer', 'id', 'duplicate-id', 'already has the id "answer"'],
  ['loop-without-bound', 'steps[1]', 'loop', 'missing-bound', 'must give a maximum from 1 to 20'],
  ['missing-prompt', 'answer', 'with.instruction', 'unknown-prompt', 'did you mean "solve_it"?'],
  ['missing-return', '', 'steps', 'missing-return', 'can end without an answer'],
  ['records-for-texts', 'best', 'with.solutions', 'type-mismatch', '{{drafts.map(item, item.response)}}'],
  ['return-inside-parallel', 'steps[0].steps[1]', 'return', 'misplaced-return', 'use yield'],
  ['too-many-calls', '', 'steps', 'call-limit', 'can make 30 model calls for one query, and at most 20'],
  ['unknown-field', 'answer', 'inputs', 'unknown-field', 'there is "id", "call", "with"'],
  ['unknown-operator', 'answer', 'call', 'unknown-operator', 'did you mean "answer_generate"?'],
  ['unknown-output', 'steps[1]', 'return', 'unknown-output', 'there is "response"'],
  ['used-before-assignment', 'verdict', 'with.solution', 'unassigned-name', '"answer" has no value here'],
  ['wrong-input-name', 'answer', 'with.instructions', 'unknown-input', 'did you mean "instruction"?'],
];

test.each([
  ['{{ question }}', `there is no "question": the query's field is query.question`],
  ['{{ ticket body }}', `"ticket body" is no name here: a query's field is read as query.field, and has no blank in it`],
])('a placeholder of another template language (%s) is told as it is written here', (written, says) => {
  const text = `workflow: 1\nsteps:\n  - { id: a, call: custom, with: { input: "${written}" } }\n  - return: "{{ a.response }}"\n`;
  expect(() => readWorkflowText(text, 'w.yaml', surroundings)).toThrow(says);
});

describe('a broken workflow file', () => {
  test.each(expected)('%s is refused with the step, the field and the rule', async (file, step, field, rule, says) => {
    const { problems, message } = await errorOf(`${broken}${file}.yaml`);
    expect(problems).toEqual([{ step, field, rule, message: expect.stringContaining(says) }]);
    expect(message).toContain(`${file}.yaml: ${[step, field].filter(Boolean).join(', ')}: `);
    expect(message).toContain(`[${rule}]`);
  });

  test('that is not YAML is refused with the line', async () => {
    const error = await errorOf(`${broken}not-yaml.yaml`);
    expect(error).toMatchObject({ line: 7, problems: [] });
    expect(error.message).toContain('line 7');
  });

  test('is in the table, each of them', async () => {
    const files = [...expected.map(([file]) => `${file}.yaml`), 'not-yaml.yaml'];
    expect((await readdir(broken)).toSorted()).toEqual(files.toSorted());
  });

  test('that is not there is refused with one sentence', async () => {
    expect((await errorOf('no/such.yaml')).message).toBe('no/such.yaml: there is no such workflow file.');
  });

  test('with a text that begins with an exclamation mark is told to quote it', () => {
    const text = 'workflow: 1\nsteps:\n  - if: !passed\n    then: []\n';
    expect(() => readWorkflowText(text, 'w.yaml', surroundings)).toThrow(
      /line 3: .*put quotes around a text that begins with "!"/,
    );
  });

  test('with braces that have no quotes is told to quote them', () => {
    const text = 'workflow: 1\nsteps:\n  - return: {{query.question}}\n';
    expect(() => readWorkflowText(text, 'w.yaml', surroundings)).toThrow('put quotes around {{ }}');
  });
});

describe('the example workflows', () => {
  test('are all valid, and each has the name of its file', async () => {
    const files = (await readdir(examples)).filter((file) => file.endsWith('.yaml'));
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const file of files) {
      const workflow = await readWorkflowFile(examples + file, surroundings, 20);
      expect(`${workflow.name}.yaml`).toBe(file);
    }
  });

  test('may be written in JSON', () => {
    const text = JSON.stringify({ workflow: 1, steps: [{ return: '{{query.question}}' }] });
    expect(readWorkflowText(text, 'w.json', surroundings).steps).toEqual([{ kind: 'return', value: '{{query.question}}' }]);
  });
});
