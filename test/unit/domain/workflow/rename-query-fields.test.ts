import { expect, test } from 'vitest';
import { renameQueryFields } from '../../../../services/domain/workflow/rename-query-fields.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';

const workflow: Workflow = {
  name: 'all places',
  description: '',
  prompts: { solve: 'Solve {{ query.question }} well. A query.questionable word stays.' },
  steps: [
    {
      kind: 'if',
      condition: 'size(query.question) > 3',
      then: [{ kind: 'set', id: 'a', value: '{{ query.question }}' }],
      else: [],
    },
    { kind: 'map', id: 'b', over: '{{ [query.question, query.context] }}', item: 'each', max: 2, steps: [], yield: '{{ each }}' },
    { kind: 'call', id: 'question', operator: 'custom', inputs: { input: '{{ query.question + question.response }}' } },
    { kind: 'return', value: '{{ question.response }}' },
  ],
};

test('fields are renamed in every template and condition, and nothing else is', () => {
  const renamed = renameQueryFields(workflow, new Map([['question', 'problem']]));
  const expected = JSON.parse(JSON.stringify(workflow).replaceAll(/query\.question\b/g, 'query.problem')) as Workflow;
  expect(renamed).toEqual(expected);
  expect(renamed.prompts.solve).toContain('query.questionable');
  expect(JSON.stringify(renamed)).toContain('query.context');
});

test('swapping two names renames each once', () => {
  const swapped = renameQueryFields(
    workflow,
    new Map([
      ['question', 'context'],
      ['context', 'question'],
    ]),
  );
  expect(JSON.stringify(swapped)).toContain('[query.context, query.question]');
});
