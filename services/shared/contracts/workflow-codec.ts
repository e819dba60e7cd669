import type { Step, Workflow } from '../../domain/workflow/workflow.ts';
import { languageVersion } from '../../domain/workflow/workflow.ts';
import { ContractError } from './contract-error.ts';
import type { Step as ProtoStep, Workflow as ProtoWorkflow } from './generated/scale/v1/workflow.ts';
import { sortedRecord } from './read-message.ts';

/** Equal workflows give equal bytes. */
export function workflowToProto(workflow: Workflow): ProtoWorkflow {
  const { name, description, prompts, steps } = workflow;
  return { languageVersion, name, description, prompts: sortedRecord(prompts), steps: steps.map(stepToProto) };
}

/** @throws ContractError for a workflow of another language version, or a step of a kind that this program does not know */
export function workflowFromProto(workflow: ProtoWorkflow): Workflow {
  const { name, description, prompts, steps } = workflow;
  if (workflow.languageVersion !== languageVersion)
    throw new ContractError(
      'Workflow',
      `it has language version ${workflow.languageVersion}, and this program reads version ${languageVersion}`,
    );
  return { name, description, prompts: { ...prompts }, steps: steps.map(stepFromProto) };
}

function stepToProto(step: Step): ProtoStep {
  switch (step.kind) {
    case 'call': {
      const { id, operator, inputs } = step;
      return { kind: { $case: 'call', value: { id, operator, inputs: sortedRecord(inputs) } } };
    }
    case 'parallel': {
      const { id, times, steps } = step;
      return { kind: { $case: 'parallel', value: { id, times, steps: steps.map(stepToProto), ...yieldOf(step) } } };
    }
    case 'map': {
      const { id, over, item, max, steps } = step;
      return { kind: { $case: 'map', value: { id, over, item, max, steps: steps.map(stepToProto), ...yieldOf(step) } } };
    }
    case 'if': {
      const { condition } = step;
      const value = { condition, thenSteps: step.then.map(stepToProto), elseSteps: step.else.map(stepToProto) };
      return { kind: { $case: 'branch', value } };
    }
    case 'loop': {
      const { condition, max, steps } = step;
      return { kind: { $case: 'loop', value: { condition, max, steps: steps.map(stepToProto) } } };
    }
    case 'set':
      return { kind: { $case: 'set', value: { id: step.id, value: step.value } } };
    case 'return':
      return { kind: { $case: 'return', value: { value: step.value } } };
  }
}

function stepFromProto({ kind }: ProtoStep): Step {
  switch (kind?.$case) {
    case 'call': {
      const { id, operator, inputs } = kind.value;
      return { kind: 'call', id, operator, inputs: { ...inputs } };
    }
    case 'parallel': {
      const { id, times, steps } = kind.value;
      return { kind: 'parallel', id, times, steps: steps.map(stepFromProto), ...yieldOf(kind.value) };
    }
    case 'map': {
      const { id, over, item, max, steps } = kind.value;
      return { kind: 'map', id, over, item, max, steps: steps.map(stepFromProto), ...yieldOf(kind.value) };
    }
    case 'branch': {
      const { condition, thenSteps, elseSteps } = kind.value;
      return { kind: 'if', condition, then: thenSteps.map(stepFromProto), else: elseSteps.map(stepFromProto) };
    }
    case 'loop': {
      const { condition, max, steps } = kind.value;
      return { kind: 'loop', condition, max, steps: steps.map(stepFromProto) };
    }
    case 'set':
      return { kind: 'set', id: kind.value.id, value: kind.value.value };
    case 'return':
      return { kind: 'return', value: kind.value.value };
    default:
      throw new ContractError('Workflow', 'it has a step of a kind that this program does not know');
  }
}

const yieldOf = (step: { readonly yield?: string | undefined }): { readonly yield?: string } =>
  step.yield === undefined ? {} : { yield: step.yield };
