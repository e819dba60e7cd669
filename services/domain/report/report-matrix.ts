import type { Benchmark } from '../benchmark.ts';
import { executionFacts } from '../run/outcomes/execution-facts.ts';
import { scoresByQuery } from '../run/outcomes/outcomes.ts';
import type { Round, RunState } from '../run/state.ts';
import { mean } from '../statistics/intervals.ts';
import type { MatrixCell, MatrixQuery, QueryMatrix } from './report-model.ts';

const questionLength = 300;

/** Rows are the rounds that executed anything; columns go from the hardest query to the easiest; ties keep their own order. */
export function reportMatrix({ rounds }: RunState, benchmark: Benchmark): QueryMatrix {
  if (benchmark.queries.length === 0) return { queries: [], rows: [] };
  const executed = rounds.filter((round) => round.outcomes.length > 0);
  const scores = executed.map((round) => ({ round, byQuery: scoresByQuery(round.outcomes) }));
  const queries = benchmark.queries
    .map(({ id, fields }, index): MatrixQuery => {
      const known = scores.flatMap(({ byQuery }) => byQuery.get(index) ?? []);
      const question = excerpt(fields[benchmark.inputs[0] ?? ''] ?? '');
      return { index, id, question, executedBy: known.length, ...(known.length === 0 ? {} : { meanScore: mean(known) }) };
    })
    .sort((one, other) => (one.meanScore ?? 2) - (other.meanScore ?? 2) || one.index - other.index);
  const rows = scores.map(({ round, byQuery }) => {
    const failed = failedQueries(round);
    const cells = queries.map(({ index }): MatrixCell => {
      const score = byQuery.get(index);
      if (score === undefined) return null;
      return score === 0 && failed.has(index) ? 'failed' : score;
    });
    return { round: round.round, cells };
  });
  return { queries, rows };
}

function failedQueries({ outcomes }: Round): ReadonlySet<number> {
  return new Set(executionFacts(outcomes).failed.map(({ queryIndex }) => queryIndex));
}

function excerpt(question: string): string {
  const line = question.replace(/\s+/g, ' ').trim();
  return line.length <= questionLength ? line : `${line.slice(0, questionLength - 1)}…`;
}
