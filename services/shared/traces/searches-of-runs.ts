import { defined } from '../../domain/defined.ts';
import type { RecordedSearch, RecordedWorkflow } from '../../domain/replay/recorded-search.ts';
import { TraceError } from './trace-error.ts';

/** One execution of a round's workflow on all queries. */
export interface RecordedRun {
  readonly round: number;
  /** null: the execution failed, which scores 0. */
  readonly scores: readonly (number | null)[];
  /** Of all its executions, in any unit that is the same for the whole search; absent if it was not recorded. */
  readonly cost?: number;
}

export interface RunsOfSearch {
  readonly file: string;
  readonly source: string;
  readonly name: string;
  readonly queryCount: number;
  readonly sharedQueries?: string;
  readonly runs: readonly RecordedRun[];
  /** The parent's round by round, both as recorded. */
  readonly parents: Readonly<Record<string, number>>;
}

/** Runs of the same round are its repeats. Rounds that were not recorded are left out, and the others renumbered. */
export function searchOfRuns({ file, runs, parents, ...about }: RunsOfSearch): RecordedSearch {
  const byRound = [...Map.groupBy(runs, ({ round }) => round)].sort(([a], [b]) => a - b);
  const places = new Map(byRound.map(([round], index) => [round, index + 1]));
  const workflows = byRound.map(([recorded, repeats], index): RecordedWorkflow => {
    const parentRound = places.get(parents[recorded] ?? 0) ?? 0;
    return {
      round: index + 1,
      parentRound,
      repeats: repeats.map(({ scores }) => checked(file, recorded, scores, about.queryCount)),
      ...defined({ cost: costOfAnswer(repeats, about.queryCount) }),
    };
  });
  return { ...about, workflows };
}

/** The mean over the runs that have a cost. */
function costOfAnswer(runs: readonly RecordedRun[], queryCount: number): number | undefined {
  const costs = runs.flatMap(({ cost }) => cost ?? []);
  return costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost, 0) / costs.length / queryCount;
}

function checked(file: string, round: number, scores: RecordedRun['scores'], queryCount: number): number[] {
  if (scores.length !== queryCount) {
    throw new TraceError(file, `a run of round ${round} has ${scores.length} scores for ${queryCount} queries`);
  }
  return scores.map((score) => {
    if (score !== null && !(score >= 0 && score <= 1)) {
      throw new TraceError(file, `a run of round ${round} has the score ${score}, which is not in [0, 1]`);
    }
    return score ?? 0;
  });
}
