import type { Workflow } from '../../domain/workflow/workflow.ts';

/**
 * AFlow's round 1: one call with the question and no instruction.
 * @param input template of what the model is asked
 */
export function singleCallWorkflow(input: string): Workflow {
  return {
    name: 'single-call',
    description: 'Ask the model once, with the question alone.',
    prompts: {},
    steps: [
      { kind: 'call', id: 'answer', operator: 'custom', inputs: { input } },
      { kind: 'return', value: '{{ answer.response }}' },
    ],
  };
}
