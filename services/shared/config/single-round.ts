import { type RunFileSettings, settingsOf } from './run-file-schema.ts';

/**
 * The settings of a run of one round that is executed in full. What only a search reads keeps its default, so that it does not
 * split one run into two.
 * @param preset what a file that says nothing has
 */
export function singleRound(
  { search }: RunFileSettings,
  repeats: number,
  preset: RunFileSettings = settingsOf({ benchmark: 'sample' }),
): Pick<RunFileSettings, 'search' | 'evaluation'> {
  return {
    search: {
      ...preset.search,
      max_rounds: 1,
      parallelism: 1,
      // Nothing is chosen and nothing is drawn: an evaluation is the one that it was before there was a choice.
      objective: 'highest-score',
      feedback_tokens: 0,
      max_calls_per_query: search.max_calls_per_query,
    },
    evaluation: { ...preset.evaluation, method: 'full', warm_up_rounds: 0, few_shot_floor: 1, repeats },
  };
}
