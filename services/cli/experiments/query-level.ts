import { type SearchSpending, searchSpending } from '../../domain/experiments/search-spending.ts';
import type { ExperimentContext } from './experiment.ts';
import { searchFile } from './search-file.ts';
import { scoresByRepeat, type TestScores } from './test-workflow.ts';
import { queryLevelName, variantNamed } from './variant.ts';

export interface QueryLevelChoice {
  readonly benchmark: string;
  readonly seed: number;
  /** Executions of each query's workflow. */
  readonly repeats: number;
}

export interface QueryLevelResult {
  readonly scores: TestScores;
  /** Of writing the workflows; executing them is the test. */
  readonly spending: SearchSpending;
}

/** The query-level baseline on the test split. */
export async function runQueryLevel(context: ExperimentContext, choice: QueryLevelChoice): Promise<QueryLevelResult> {
  const { benchmark, seed, repeats } = choice;
  const variant = { ...variantNamed(queryLevelName), evaluation: { repeats } };
  const file = await searchFile(context.plan, { benchmark, seed, variant, split: 'test' });
  return context.runs.run(file, { part: 'test', benchmark, what: queryLevelName, seed }, (_, state) => ({
    scores: scoresByRepeat(state.rounds[0]?.outcomes ?? [], file.benchmark.queries.length),
    spending: searchSpending(state),
  }));
}
