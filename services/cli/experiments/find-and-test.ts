import type { Trial } from '../../domain/experiment/compare-variants.ts';
import { searchSpending } from '../../domain/experiment/search-spending.ts';
import type { ExecutionOutcome } from '../../domain/search/event.ts';
import type { Round, RunState } from '../../domain/search/state.ts';
import { mean } from '../../domain/statistics/intervals.ts';
import { evaluationFile, type FoundWorkflow } from '../eval/evaluation-file.ts';
import { bestOf } from '../progress/run-progress.ts';
import type { EndedRun } from '../runs/run-to-its-end.ts';
import type { ExperimentContext } from './experiment.ts';
import { type SearchChoice, searchFile } from './search-file.ts';

/** Runs a search and takes from it what is wanted. */
export async function search<Result>(
  { plan, runs }: ExperimentContext,
  choice: SearchChoice,
  take: (ended: EndedRun, state: RunState) => Result,
): Promise<Result> {
  const file = await searchFile(plan, choice);
  return runs.run(file, `search ${choice.benchmark}, ${choice.variant.name}, seed ${choice.seed}`, take);
}

/** A round's workflow as `scale eval --run` would take it up. */
export function foundWorkflow({ record, file }: EndedRun, { workflow }: Pick<Round, 'workflow'>): FoundWorkflow {
  const { configuration } = record.state();
  const endpoint = file.endpoints.find(({ model }) => model === configuration.executor.model);
  if (workflow === undefined) throw new RangeError(`run ${record.runId} has no workflow in a round that has a score`);
  const served = endpoint?.simulated === false ? endpoint : undefined;
  return { kind: 'run', runId: record.runId, workflow, configuration, endpoint: served };
}

export function bestWorkflow(ended: EndedRun, state: RunState): FoundWorkflow {
  return foundWorkflow(ended, bestOf(state) ?? {});
}

export interface TestChoice {
  readonly benchmark: string;
  readonly seed: number;
  readonly repeats?: number;
  /** What is tested, for people who wait. */
  readonly what: string;
}

/** Scores on the test split: one list a repeat, each with one score a query, in their order. */
export type TestScores = readonly (readonly number[])[];

/** Evaluates a workflow on the test split, as `scale eval` does. */
export async function test(context: ExperimentContext, found: FoundWorkflow, choice: TestChoice): Promise<TestScores> {
  const { plan, runs } = context;
  const { runFile } = plan.base;
  const choices = {
    ...{ benchmark: choice.benchmark, seed: choice.seed, repeat: choice.repeats ?? 1, split: 'test' },
    ...(runFile === undefined ? {} : { runFile }),
  };
  const whole = await evaluationFile(found, choices);
  const { testLimit } = plan;
  const isWhole = testLimit === undefined || whole.benchmark.queries.length <= testLimit;
  const file = isWhole ? whole : await evaluationFile(found, { ...choices, limit: testLimit });
  return runs.run(file, `test ${choice.benchmark}, ${choice.what}, seed ${choice.seed}`, (_, state) =>
    scoresByRepeat(state.rounds[0]?.outcomes ?? [], file.benchmark.queries.length),
  );
}

export function scoresByRepeat(outcomes: readonly ExecutionOutcome[], queryCount: number): TestScores {
  const repeats = Map.groupBy(outcomes, ({ repeat }) => repeat);
  return [...repeats.keys()]
    .sort((one, other) => one - other)
    .map((repeat) => {
      const scores = new Array<number>(queryCount).fill(0);
      for (const { queryIndex, score } of repeats.get(repeat) ?? []) scores[queryIndex] = score;
      return scores;
    });
}

/** The mean over repeats of each query. */
export function meanByQuery(scores: TestScores): number[] {
  return (scores[0] ?? []).map((_, query) => mean(scores.map((repeat) => repeat[query] as number)));
}

/** A search, and its best workflow on the test split. */
export async function findAndTest(context: ExperimentContext, choice: SearchChoice): Promise<Trial> {
  const { benchmark, variant, seed } = choice;
  const { found, spending } = await search(context, choice, (ended, state) => ({
    found: bestWorkflow(ended, state),
    spending: searchSpending(state),
  }));
  const scores = await test(context, found, { benchmark, seed, what: variant.name });
  return { benchmark, variant: variant.name, seed, spending, testScores: meanByQuery(scores) };
}
