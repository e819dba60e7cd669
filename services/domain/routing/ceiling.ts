import { lowestOf } from '../statistics/extremes.ts';
import { mean } from '../statistics/intervals.ts';
import { pairedInterval } from '../statistics/paired-interval.ts';
import type { Fold } from './choose-route.ts';
import type { Ceiling } from './route-report.ts';
import { bestWorkflow, meansOf, onQueries, type RoutedWorkflow, type RoutingMatrix, trialAt, turnsOf } from './routing-matrix.ts';

/**
 * The union over the best different workflows, one execution each, against the union over as many executions of the best one.
 * The union of anything grows with the number of tries, so the first alone says nothing. Which workflows are the best is decided
 * on the training parts.
 * @param most workflows
 * @returns undefined if the best workflow was executed only once a query
 */
export function ceilingOf(matrix: RoutingMatrix, folds: readonly Fold[], most: number): Ceiling | undefined {
  const turns = turnsOf(matrix);
  const named = folds.map(({ train, test }) => ({ test, ranked: rankedOn(onQueries(matrix, train)) }));
  const fewest = lowestOf(
    named.flatMap(({ ranked: [best = 0] }) => (matrix.workflows[best] as RoutedWorkflow).trials.map(({ length }) => length)),
  );
  const tries = Math.min(most, fewest, ...named.map(({ ranked }) => ranked.length));
  if (tries < 2) return undefined;
  const [different, repeats] = [matrix.queries.map((): number[] => []), matrix.queries.map((): number[] => [])];
  for (const { test, ranked } of named) {
    const top = ranked.slice(0, tries).map((place) => matrix.workflows[place] as RoutedWorkflow);
    const [best] = top;
    if (best === undefined) continue;
    for (const query of test) {
      for (let turn = 0; turn < turns; turn += 1) {
        different[query]?.push(Math.max(...top.map((workflow) => trialAt(workflow, query, turn).score)));
        repeats[query]?.push(Math.max(...top.map((_, place) => trialAt(best, query, turn + place).score)));
      }
    }
  }
  const [unions, repeated] = [different.map(mean), repeats.map(mean)];
  return {
    ...{ tries, different: mean(unions), repeats: mean(repeated) },
    gain: pairedInterval(unions.map((union, query) => union - (repeated[query] as number))),
  };
}

/** Places of the workflows for all queries, the best first. */
function rankedOn(matrix: RoutingMatrix): number[] {
  const best = bestWorkflow(matrix);
  return matrix.workflows
    .flatMap((workflow, place) => (workflow.isQueryLevel ? [] : [{ place, ...meansOf(workflow) }]))
    .sort((one, other) => other.score - one.score || Number(other.place === best) - Number(one.place === best))
    .map(({ place }) => place);
}
