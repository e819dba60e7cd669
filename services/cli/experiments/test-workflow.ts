import { defined } from '../../domain/defined.ts';
import { isScored } from '../../domain/failure-class.ts';
import type { KeptOutcome } from '../../domain/run/outcomes/outcome-columns.ts';
import { mean } from '../../domain/statistics/intervals.ts';
import { evaluationFile, type FoundWorkflow } from '../eval/evaluation-file.ts';
import type { ExperimentContext } from './experiment.ts';

export interface TestChoice {
  readonly benchmark: string;
  readonly seed: number;
  readonly repeats?: number;
  /** What is tested, for people who are waiting. */
  readonly what: string;
}

/** Scores on the test split: one list per repeat, each with one score per query, in their order. */
export type TestScores = readonly (readonly number[])[];

/** Evaluates a workflow on the test split, as `scale eval` does. */
export async function testWorkflow(context: ExperimentContext, found: FoundWorkflow, choice: TestChoice): Promise<TestScores> {
  const { plan, runs } = context;
  const { runFile } = plan.base;
  const choices = {
    ...{
      benchmark: plan.benchmarkNames.get(choice.benchmark) ?? choice.benchmark,
      seed: choice.seed,
      repeat: choice.repeats ?? 1,
      split: 'test',
    },
    ...defined({ runFile }),
  };
  const whole = await evaluationFile(found, choices);
  const { testLimit } = plan;
  const isWhole = testLimit === undefined || whole.benchmark.queries.length <= testLimit;
  const file = isWhole ? whole : await evaluationFile(found, { ...choices, limit: testLimit });
  const { benchmark, what, seed } = choice;
  return runs.run(file, { part: 'test', benchmark, what, seed }, (_, state) =>
    scoresByRepeat(state.rounds[0]?.outcomes ?? [], file.benchmark.queries.length),
  );
}

/** A query whose execution has no score is taken for one that the workflow solves as often as the others. */
export function scoresByRepeat(outcomes: Iterable<KeptOutcome>, queryCount: number): TestScores {
  const repeats = Map.groupBy(outcomes, ({ repeat }) => repeat);
  return [...repeats.keys()]
    .sort((one, other) => one - other)
    .flatMap((repeat) => {
      const scored = (repeats.get(repeat) ?? []).filter(isScored);
      if (scored.length === 0) return [];
      const scores = new Array<number>(queryCount).fill(mean(scored.map(({ score }) => score)));
      for (const { queryIndex, score } of scored) scores[queryIndex] = score;
      return [scores];
    });
}

/** The mean over repeats of each query. */
export function meanByQuery(scores: TestScores): number[] {
  return (scores[0] ?? []).map((_, query) => mean(scores.map((repeat) => repeat[query] as number)));
}
