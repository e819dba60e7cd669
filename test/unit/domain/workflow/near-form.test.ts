import { expect, test } from 'vitest';
import { nearForm } from '../../../../services/domain/workflow/near-form.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';

const workflow = (prompt: string, returned = '{{ solve.response }}'): Workflow => ({
  name: 'any',
  description: '',
  prompts: { think: prompt },
  steps: [
    { kind: 'call', id: 'solve', operator: 'custom', inputs: { instruction: 'think', input: '{{ query.question }}' } },
    { kind: 'return', value: returned },
  ],
});
const base = workflow('Solve it step by step. Then give the answer.');

test.each([
  ['capitals', 'SOLVE it Step by step. then give the answer.'],
  ['blanks', '  Solve  it step\n\nby step. Then give the answer. '],
  ['punctuation', 'Solve it step-by-step; then give the **answer**!'],
])('workflows that differ in %s only have the same form', (_what, prompt) => {
  expect(nearForm(workflow(prompt))).toBe(nearForm(base));
});

test.each([
  ['a word', 'Solve it step by step. Then give one answer.'],
  ['a digit', 'Solve it in 3 steps. Then give the answer.'],
  ['marks of the answer', 'Solve it step by step. Then give the \\boxed{answer}.'],
])('workflows that differ in %s do not', (_what, prompt) => {
  expect(nearForm(workflow(prompt))).not.toBe(nearForm(base));
});

test('a sign before a digit is no punctuation', () => {
  expect(nearForm(workflow('round to 0.5'))).not.toBe(nearForm(workflow('round to 0 5')));
  expect(nearForm(workflow('add -1'))).not.toBe(nearForm(workflow('add 1')));
});

test('another structure or another expression is another workflow', () => {
  expect(nearForm(workflow('Solve it step by step. Then give the answer.', '{{ query.question }}'))).not.toBe(nearForm(base));
});
