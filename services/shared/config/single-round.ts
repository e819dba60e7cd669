import { type RunFileSettings, runFileSchema } from './run-file-schema.ts';

/**
 * The settings of a run of one round that is executed in full. What only a search reads is the default, so that it makes no two
 * runs of one.
 */
export function singleRound(
  { benchmark, search }: RunFileSettings,
  repeats: number,
): Pick<RunFileSettings, 'search' | 'evaluation'> {
  const preset = runFileSchema.parse({ benchmark: benchmark.name });
  return {
    search: { ...preset.search, max_rounds: 1, max_calls_per_query: search.max_calls_per_query },
    evaluation: { ...preset.evaluation, method: 'full', warm_up_rounds: 0, repeats },
  };
}
