import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseWorkflow } from '../../../../services/domain/workflow/parse-workflow.ts';
import { toDocument } from '../../../../services/domain/workflow/to-document.ts';
import { arbitraryWorkflow } from '../../../support/arbitrary-workflow.ts';

test('the text form of a workflow, written as YAML or JSON, is read as the same workflow', () => {
  fc.assert(
    fc.property(arbitraryWorkflow, (workflow) => {
      const document = toDocument(workflow);
      for (const again of [document, JSON.parse(JSON.stringify(document)), parse(stringify(document))])
        expect(parseWorkflow(again)).toEqual({ ok: true, workflow });
    }),
  );
});

test('the text form has no field that holds nothing', () => {
  const steps = [
    { kind: 'call', id: 'a', operator: 'custom', inputs: {} },
    // A branch without else.
    { kind: 'if', condition: 'true', then: [{ kind: 'return', value: 'x' }], else: [] },
  ] as const;
  expect(toDocument({ name: '', description: '', prompts: {}, steps })).toEqual({
    workflow: 1,
    steps: [
      { id: 'a', call: 'custom' },
      { if: 'true', then: [{ return: 'x' }] },
    ],
  });
});
