import type { Trial } from '../../domain/experiments/compare-variants.ts';
import { searchSpending } from '../../domain/experiments/search-spending.ts';
import { bestOf } from '../../domain/report/run-progress.ts';
import type { Round, RunState } from '../../domain/run/state.ts';
import type { FoundWorkflow } from '../eval/evaluation-file.ts';
import type { EndedRun } from '../runs/run-to-its-end.ts';
import type { ExperimentContext } from './experiment.ts';
import { runQueryLevel } from './query-level.ts';
import { type SearchChoice, searchFile } from './search-file.ts';
import { meanByQuery, testWorkflow } from './test-workflow.ts';
import { queryLevelName } from './variant.ts';

/** Runs a search and takes from it what is wanted. */
export async function search<Result>(
  { plan, runs }: ExperimentContext,
  choice: SearchChoice,
  take: (ended: EndedRun, state: RunState) => Result,
): Promise<Result> {
  const file = await searchFile(plan, choice);
  const { benchmark, variant, seed } = choice;
  return runs.run(file, { part: 'search', benchmark, what: variant.name, seed }, take);
}

/** A round's workflow as `scale eval --run` would take it up. */
export function foundWorkflow({ record, file }: EndedRun, { workflow }: Pick<Round, 'workflow'>): FoundWorkflow {
  const { configuration } = record.state();
  const serving = file.endpoints.filter(({ model }) => model === configuration.executor.model);
  if (workflow === undefined) throw new RangeError(`run ${record.runId} has no workflow in a round that has a score`);
  const endpoints = serving.filter(({ simulated }) => !simulated);
  return { kind: 'run', runId: record.runId, workflow, configuration, endpoints };
}

export function bestWorkflow(ended: EndedRun, state: RunState): FoundWorkflow {
  return foundWorkflow(ended, bestOf(state) ?? {});
}

/** A search, and its best workflow on the test split. */
export async function findAndTest(context: ExperimentContext, choice: SearchChoice): Promise<Trial> {
  const { benchmark, variant, seed } = choice;
  if (variant.name === queryLevelName) {
    const { scores, spending } = await runQueryLevel(context, { benchmark, seed, repeats: 1 });
    return { benchmark, variant: variant.name, seed, spending, testScores: meanByQuery(scores) };
  }
  const { found, spending } = await search(context, choice, (ended, state) => ({
    found: bestWorkflow(ended, state),
    spending: searchSpending(state),
  }));
  const scores = await testWorkflow(context, found, { benchmark, seed, what: variant.name });
  return { benchmark, variant: variant.name, seed, spending, testScores: meanByQuery(scores) };
}
