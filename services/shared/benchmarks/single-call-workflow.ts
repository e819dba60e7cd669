import type { Workflow } from '../../domain/workflow/workflow.ts';

/** AFlow's round 1: one call with the question and no instruction. */
export function singleCallWorkflow(field: string): Workflow {
  return {
    name: 'single-call',
    description: 'Ask the model once, with the question alone.',
    prompts: {},
    steps: [
      { kind: 'call', id: 'answer', operator: 'custom', inputs: { input: `{{ query.${field} }}` } },
      { kind: 'return', value: '{{ answer.response }}' },
    ],
  };
}
