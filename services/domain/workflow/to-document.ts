import type { CallStep, Step, Workflow } from './workflow.ts';
import { languageVersion } from './workflow.ts';

/** A plain value, ready to be written as YAML or JSON. */
export type PlainWorkflow = Readonly<Record<string, unknown>>;

/** The text form of a workflow: parseWorkflow gives the same workflow again. */
export function toDocument(workflow: Workflow): PlainWorkflow {
  const { name, description, prompts, steps } = workflow;
  return {
    workflow: languageVersion,
    ...(name === '' ? {} : { name }),
    ...(description === '' ? {} : { description }),
    ...(Object.keys(prompts).length === 0 ? {} : { prompts: { ...prompts } }),
    steps: steps.map(stepDocument),
  };
}

function stepDocument(step: Step): PlainWorkflow {
  switch (step.kind) {
    case 'call':
      return { id: step.id, call: step.operator, ...inputsDocument(step) };
    case 'set':
      return { id: step.id, set: step.value };
    case 'parallel':
      return { id: step.id, parallel: step.times, steps: step.steps.map(stepDocument), ...yieldDocument(step) };
    case 'map': {
      const { id, over, item, max, steps } = step;
      return { id, map: over, as: item, max, steps: steps.map(stepDocument), ...yieldDocument(step) };
    }
    case 'if': {
      const otherwise = step.else.length === 0 ? {} : { else: step.else.map(stepDocument) };
      return { if: step.condition, then: step.then.map(stepDocument), ...otherwise };
    }
    case 'loop':
      return { loop: step.max, while: step.condition, steps: step.steps.map(stepDocument) };
    case 'return':
      return { return: step.value };
  }
}

const inputsDocument = ({ inputs }: CallStep) => (Object.keys(inputs).length === 0 ? {} : { with: { ...inputs } });

const yieldDocument = (step: { readonly yield?: string }) => (step.yield === undefined ? {} : { yield: step.yield });
