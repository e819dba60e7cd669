import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { operators, selectOperators } from '../../../../services/domain/operators/registry.ts';
import { workflowSchema } from '../../../../services/domain/workflow/json-schema.ts';
import { toDocument } from '../../../../services/domain/workflow/to-document.ts';
import { arbitraryWorkflow } from '../../../support/arbitrary-workflow.ts';

const accepts = (schema: object, document: unknown) =>
  z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(document).success;

test('the JSON schema accepts the text form of every workflow', () => {
  const schema = workflowSchema(operators);
  fc.assert(
    fc.property(arbitraryWorkflow, (workflow) => accepts(schema, toDocument(workflow))),
    { numRuns: 50 },
  );
});

test('the JSON schema refuses what the parser would refuse for its form', () => {
  const schema = workflowSchema(selectOperators(['custom']));
  const steps = (step: unknown) => ({ workflow: 1, steps: [step, { return: 'x' }] });
  expect(accepts(schema, steps({ id: 'a', call: 'custom', with: { input: 'x' } }))).toBe(true);
  for (const step of [
    { id: 'a', call: 'review', with: { problem: 'x', solution: 'y' } },
    { id: 'a', call: 'custom', with: { inputs: 'x' } },
    { id: 'a', call: 'custom', with: {} },
    { id: 'a b', set: 'x' },
    { id: 'a', parallel: 21, steps: [{ id: 'b', set: 'x' }] },
    { loop: 2, steps: [] },
    { if: 'true' },
    'return',
  ])
    expect(accepts(schema, steps(step))).toBe(false);
});
