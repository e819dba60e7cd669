import { isScored } from '../../domain/failure-class.ts';
import type { MatrixAnswer, ShownCell } from '../api/execution-answers.ts';
import { type FoldedRun, stateOf } from '../runs/folded-run.ts';
import { outcomesOf } from './round-answer.ts';

const questionLength = 120;

export function matrixAnswer(run: FoldedRun): MatrixAnswer {
  const { runId, revision, benchmark } = run;
  const state = stateOf(run);
  const [field = ''] = benchmark.inputs;
  return {
    ...{ runId, revision },
    queries: {
      ids: benchmark.queries.map(({ id }) => id),
      questions: benchmark.queries.map(({ fields }) => excerpt(fields[field] ?? '')),
    },
    rows: (state?.rounds ?? []).flatMap((round) => {
      const outcomes = state === undefined ? [] : outcomesOf(state, round);
      return outcomes.length === 0 ? [] : [{ round: round.round, cells: cellsOf(outcomes, benchmark.queries.length) }];
    }),
  };
}

/** Means over the repeats that have a score. */
export function cellsOf(outcomes: ReturnType<typeof outcomesOf>, queries: number): ShownCell[] {
  const sums = new Float64Array(queries);
  const counts = new Uint32Array(queries);
  const failed = new Set<number>();
  for (const outcome of outcomes) {
    if (outcome.failure !== undefined) failed.add(outcome.queryIndex);
    if (!isScored(outcome)) continue;
    sums[outcome.queryIndex] = (sums[outcome.queryIndex] ?? 0) + outcome.score;
    counts[outcome.queryIndex] = (counts[outcome.queryIndex] ?? 0) + 1;
  }
  return Array.from({ length: queries }, (_, query): ShownCell => {
    const count = counts[query] ?? 0;
    if (count === 0) return failed.has(query) ? 'unscored' : null;
    const mean = Math.round((10_000 * (sums[query] ?? 0)) / count) / 10_000;
    return mean === 0 && failed.has(query) ? 'failed' : mean;
  });
}

function excerpt(question: string): string {
  const line = question
    .slice(0, 4 * questionLength)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length <= questionLength ? line : `${line.slice(0, questionLength - 1)}…`;
}
