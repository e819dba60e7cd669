import type { CellRun, ReportedCell, RunScore, TestScore } from '../../../../services/domain/sweep-report/reported-cell.ts';

export function scoreOf(value: number, of = 'sums validate'): RunScore {
  return { value, method: 'full', queries: 20, ofQueries: 20, queriesAre: of };
}

/** @param scores one per query that has one, in the order of the benchmark; undefined where a query has none */
export function testOf(scores: readonly (number | undefined)[], of = 'sums test'): TestScore {
  const byQuery = new Map(scores.flatMap((score, query) => (score === undefined ? [] : [[query, score] as const])));
  return {
    value: [...byQuery.values()].reduce((sum, score) => sum + score, 0) / byQuery.size,
    ...{ method: 'full', queries: byQuery.size, ofQueries: scores.length, queriesAre: of, byQuery },
    ...{ runId: 'test-of-it', split: 'test', tokens: 10 },
  };
}

export function runOf(tokens: number, more: Partial<CellRun> = {}): CellRun {
  return { runId: `run-${tokens}`, simulated: false, tokens, repeated: [], failures: [], doubts: [], ...more };
}

export function cellOf(values: Readonly<Record<string, string>>, run?: CellRun, more: Partial<ReportedCell> = {}): ReportedCell {
  const id = Object.values(values).join(' ');
  return { id, values, status: run === undefined ? 'waiting' : 'completed', ...(run && { run }), ...more };
}
