import { mean } from '../statistics/intervals.ts';

/**
 * Where the variance of one execution's score comes from. Workflows, queries and repeats are random effects of a balanced
 * two-way layout with replication; the estimates are those of the analysis of variance, clipped at 0.
 */
export interface VarianceComponents {
  /** Between workflows, on all queries. */
  readonly workflow: number;
  readonly query: number;
  /** Between queries that suit one workflow and not another. */
  readonly interaction: number;
  /** Between repeats of the same workflow on the same query: execution noise. */
  readonly execution: number;
  readonly queries: number;
}

/**
 * @param scores scores[workflow][repeat][query], at least two of each
 * @throws RangeError for fewer
 */
export function varianceComponents(scores: readonly (readonly (readonly number[])[])[]): VarianceComponents {
  const [workflows, repeats, queries] = [scores.length, scores[0]?.length ?? 0, scores[0]?.[0]?.length ?? 0];
  if (workflows < 2 || repeats < 2 || queries < 2) {
    throw new RangeError('variance components need at least two workflows, two repeats and two queries');
  }
  const places = Array.from({ length: queries }, (_, query) => query);
  const cells = scores.map((byRepeat) => places.map((query) => mean(byRepeat.map((row) => row[query] as number))));
  const byWorkflow = cells.map(mean);
  const byQuery = places.map((query) => mean(cells.map((row) => row[query] as number)));
  const grand = mean(byWorkflow);
  const within = sum(
    scores.flatMap((byRepeat, workflow) =>
      byRepeat.map((row) =>
        sum(
          places.map((query) => (row[query] as number) - (cells[workflow]?.[query] as number)),
          square,
        ),
      ),
    ),
  );
  const residues = cells.map((row, workflow) =>
    sum(
      places.map((query) => (row[query] as number) - (byWorkflow[workflow] as number) - (byQuery[query] as number) + grand),
      square,
    ),
  );
  const deviations = (values: readonly number[]): number =>
    sum(
      values.map((value) => value - grand),
      square,
    );
  const execution = within / (workflows * queries * (repeats - 1));
  const crossed = (repeats * sum(residues)) / ((workflows - 1) * (queries - 1));
  const ofWorkflows = (queries * repeats * deviations(byWorkflow)) / (workflows - 1);
  const ofQueries = (workflows * repeats * deviations(byQuery)) / (queries - 1);
  return {
    workflow: Math.max(0, (ofWorkflows - crossed) / (queries * repeats)),
    query: Math.max(0, (ofQueries - crossed) / (workflows * repeats)),
    interaction: Math.max(0, (crossed - execution) / repeats),
    execution,
    queries,
  };
}

function sum(values: readonly number[], of: (value: number) => number = (value) => value): number {
  return values.reduce((total, value) => total + of(value), 0);
}

function square(value: number): number {
  return value * value;
}

/** Standard deviation of a workflow's score over all queries, from one pass to the next. */
export function passDeviation({ execution, queries }: VarianceComponents): number {
  return Math.sqrt(execution / queries);
}

/**
 * Of the variance of a difference between two workflows, each executed once on these queries, the part that is execution noise.
 */
export function noiseShare({ workflow, interaction, execution, queries }: VarianceComponents): number {
  const total = workflow + (interaction + execution) / queries;
  return total === 0 ? 0 : execution / queries / total;
}
