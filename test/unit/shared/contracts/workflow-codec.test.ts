import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Workflow as WorkflowMessage } from '../../../../services/shared/contracts/generated/scale/v1/workflow.ts';
import { workflowFromProto, workflowToProto } from '../../../../services/shared/contracts/workflow-codec.ts';
import { arbitraryWorkflow } from '../../../support/arbitrary-workflow.ts';

const encode = (workflow: Parameters<typeof workflowToProto>[0]) => WorkflowMessage.encode(workflowToProto(workflow)).finish();

test('a workflow is the same after a journey through bytes', () => {
  fc.assert(
    fc.property(arbitraryWorkflow, (workflow) => {
      expect(workflowFromProto(WorkflowMessage.decode(encode(workflow)))).toEqual(workflow);
    }),
  );
});

test('a parallel step without yield has none after the journey, and one with an empty yield has it', () => {
  const steps = [{ kind: 'set', id: 'x', value: '' }] as const;
  const parallel = { kind: 'parallel', id: 'p', times: 2, steps } as const;
  const workflow = { name: '', description: '', prompts: {}, steps: [parallel, { ...parallel, yield: '' }] };
  expect(workflowFromProto(WorkflowMessage.decode(encode(workflow)))).toStrictEqual(workflow);
});

test('prompts and inputs in another order give the same bytes', () => {
  const reversed = <T>(record: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(record).toReversed());
  fc.assert(
    fc.property(arbitraryWorkflow, (workflow) => {
      const steps = workflow.steps.map((step) => (step.kind === 'call' ? { ...step, inputs: reversed(step.inputs) } : step));
      expect(encode({ ...workflow, prompts: reversed(workflow.prompts), steps })).toEqual(encode(workflow));
    }),
  );
});

test('a workflow of another language version, or with an unknown step, is refused', () => {
  const message = workflowToProto({ name: '', description: '', prompts: {}, steps: [] });
  expect(() => workflowFromProto({ ...message, languageVersion: 2 })).toThrow('Workflow: it has language version 2');
  expect(() => workflowFromProto({ ...message, steps: [{}] })).toThrow('a step of a kind that this program does not know');
});
