import type { Workflow } from '../../domain/workflow/workflow.ts';

/** AFlow's round 1 for code: one call for the function that the prompt describes. */
export const singleProgramWorkflow: Workflow = {
  name: 'single-program',
  description: 'Ask the model once for the function, with the task alone.',
  prompts: {},
  steps: [
    {
      kind: 'call',
      id: 'answer',
      operator: 'custom_code_generate',
      inputs: { problem: '{{ query.prompt }}', entry_point: '{{ query.entry_point }}' },
    },
    { kind: 'return', value: '{{ answer.response }}' },
  ],
};
