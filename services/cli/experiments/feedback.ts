import { settingExperiment } from './setting-experiment.ts';

const tried = [0, 200, 600, 2000];

/** What it is worth that the optimizer reads what the scorer says of wrong answers. */
export const feedback = settingExperiment({
  name: 'feedback',
  title: 'Feedback: how many tokens of what the scorer says are in the prompts for proposals',
  description: 'test score and tokens by how much the optimizer is told of what the scorer says',
  method: 'default',
  anyMethod: true,
  setting: 'tokens',
  vary: () => ({
    variants: tried.map((tokens) => ({ name: nameOf(tokens), at: tokens, search: { feedback_tokens: tokens } })),
    reference: nameOf(0),
    remarks: [],
  }),
});

function nameOf(tokens: number): string {
  return tokens === 0 ? 'without' : `${tokens} tokens`;
}
