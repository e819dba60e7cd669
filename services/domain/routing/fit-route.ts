import { randomStream, shuffled } from '../random.ts';
import { mean } from '../statistics/intervals.ts';
import { pairedInterval } from '../statistics/paired-interval.ts';
import { ceilingOf } from './ceiling.ts';
import { bestWithin, type Candidates, candidatesOn, type Fold, foldsOf, outcomesOf, surestWithin } from './choose-route.ts';
import { type ComparedQuery, comparisonOf } from './compared.ts';
import { estimatesOn, trainingOn } from './estimates.ts';
import { failureEstimators } from './estimators/registry.ts';
import type { AloneReport, RouteReport, RouteSettings } from './route-report.ts';
import { type RouteShape, routeOf } from './route-shape.ts';
import { bestWorkflow, costsOf, onQueries, type RoutingMatrix, scoresOf, turnsOf } from './routing-matrix.ts';

export const defaultRouteSettings: RouteSettings = {
  ...{ seed: 1, folds: 5, partitions: 3, workflows: 5, margin: 0.01, share: 0.7 },
};

/** Below this a part of a part has no query to learn from. */
export const fewestQueries = 20;

const curveShares = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5];

/**
 * Fits a route, and says what it is worth on queries that it has not seen: workflows, estimate, thresholds and the best workflow
 * to compare with are all chosen anew without each part of the queries, by a cross-validation within the others.
 * @throws RangeError below fewestQueries
 */
export function fitRoute(matrix: RoutingMatrix, settings: RouteSettings = defaultRouteSettings): RouteReport {
  const count = matrix.queries.length;
  if (count < fewestQueries)
    throw new RangeError(`a route is fitted on ${fewestQueries} queries or more, and these are ${count}`);
  const order = (purpose: string): number[] =>
    shuffled(randomStream(settings.seed, 'route', purpose), [...matrix.queries.keys()]);
  const held = Array.from({ length: settings.partitions }, (_, partition) =>
    validateFolds(matrix, foldsOf(order(`partition-${partition}`), settings.folds), settings),
  );
  const candidates = candidatesOn(matrix, order('all'), settings);
  const final = surestWithin(candidates, settings).shape;
  const partitions = held.map(({ route, best: alone }) => comparedQueries(matrix, route, alone));
  const compared = comparisonOf(partitions);
  const routes = final.chain.length > 1;
  const isCheaper = compared.costShare <= settings.share && compared.difference.low >= -settings.margin;
  const isBetter = compared.costShare <= 1 && compared.difference.low > 0;
  const enough = isCheaper || isBetter;
  const pays = routes && enough;
  const best = bestWorkflow(matrix);
  const cheaper = !routes && final.chain[0] !== best && enough;
  const served: RouteShape = pays || cheaper ? final : { chain: [best] };
  const training = trainingOn(matrix);
  const ceiling = ceilingOf(
    matrix,
    held.flatMap(({ folds }) => folds),
    settings.workflows,
  );
  return {
    ...{ queries: count, executions: turnsOf(matrix), settings, best },
    verdict: { pays, serves: pays ? 'route' : cheaper ? 'cheaper' : 'best', ...compared },
    route: routeOf(served, training),
    alone: aloneReports(matrix, best),
    curve: curveShares.flatMap((within, place) => {
      const at = held.map(({ curve, best: alone }) => comparedQueries(matrix, curve[place] as ByQuery, alone));
      return at.flat().some(({ cost }) => Number.isNaN(cost)) ? [] : [{ within, ...comparisonOf(at) }];
    }),
    byQuery: partitions,
    ...(ceiling !== undefined && { ceiling }),
    chosen: countedShapes(
      held.flatMap(({ shapes }) => shapes),
      matrix,
    ),
    untried: untriedOf(matrix, candidates),
  };
}

interface ByQuery {
  readonly scores: number[];
  readonly costs: number[];
}

/** By query of the whole matrix, each from the fit that has not seen it. */
interface Tested {
  readonly folds: readonly Fold[];
  readonly route: ByQuery;
  readonly best: ByQuery;
  /** Parallel to curveShares; NaN where nothing was so cheap. */
  readonly curve: readonly ByQuery[];
  readonly shapes: readonly RouteShape[];
}

function validateFolds(matrix: RoutingMatrix, parts: readonly (readonly number[])[], settings: RouteSettings): Tested {
  const order = parts.flat();
  const folds = parts.map((test) => ({ test, train: order.filter((place) => !test.includes(place)) }));
  const empty = (): ByQuery => ({ scores: [], costs: [] });
  const tested = { folds, route: empty(), best: empty(), curve: curveShares.map(empty), shapes: [] as RouteShape[] };
  for (const fold of folds) {
    const { shape, outcomes, best, curve } = testFold(matrix, fold, settings);
    tested.shapes.push(shape);
    for (const [place, query] of fold.test.entries()) {
      put(tested.route, query, outcomes, place);
      put(tested.best, query, best, place);
      for (const [point, found] of curve.entries()) put(tested.curve[point] as ByQuery, query, found, place);
    }
  }
  return tested;
}

function comparedQueries({ queries }: RoutingMatrix, route: ByQuery, alone: ByQuery): ComparedQuery[] {
  return queries.map(({ id }, query) => ({
    ...{ id, score: route.scores[query] ?? Number.NaN, cost: route.costs[query] ?? Number.NaN },
    ...{ bestScore: alone.scores[query] ?? Number.NaN, bestCost: alone.costs[query] ?? Number.NaN },
  }));
}

function put(into: ByQuery, query: number, from: ByQuery | undefined, place: number): void {
  into.scores[query] = from?.scores[place] ?? Number.NaN;
  into.costs[query] = from?.costs[place] ?? Number.NaN;
}

/**
 * Chooses on the training part, and looks at the test part once.
 * @throws RangeError for a query that is in both: its own outcome would tell how difficult it is
 */
export function testFold(matrix: RoutingMatrix, { train, test }: Fold, settings: RouteSettings) {
  const both = test.find((place) => train.includes(place));
  if (both !== undefined) {
    throw new RangeError(`query ${matrix.queries[both]?.id} is in the part that is learned from and in the part that is tested`);
  }
  const learned = onQueries(matrix, train);
  const asked = onQueries(matrix, test);
  // The training part is dealt as it stands: its order is that of the shuffled whole.
  const candidates = candidatesOn(learned, [...train.keys()], settings);
  const estimates = estimatesOn(trainingOn(learned), asked, candidates.pool);
  const turns = turnsOf(asked);
  const on = (shape: RouteShape) => outcomesOf(shape, asked, estimates, turns);
  const best = candidates.all.find(({ shape: { chain } }) => chain.length === 1 && chain[0] === candidates.best);
  const shape = surestWithin(candidates, settings).shape;
  return {
    ...{ shape, outcomes: on(shape), best: on({ chain: [candidates.best] }) },
    curve: curveShares.map((within) => {
      const found = bestWithin(candidates, within * (best?.cost ?? 0));
      return found && on(found.shape);
    }),
  };
}

function aloneReports(matrix: RoutingMatrix, best: number): AloneReport[] {
  const bestScores = scoresOf(matrix.workflows[best] as never);
  return matrix.workflows.map((each, workflow) => {
    const scores = scoresOf(each);
    const difference = pairedInterval(scores.map((score, query) => score - (bestScores[query] as number)));
    return { workflow, score: mean(scores), cost: mean(costsOf(each)), difference };
  });
}

/** E.g. "round 1, round 6 if neighbours say so". */
export function describeShape({ chain, check }: RouteShape, { workflows }: RoutingMatrix): string {
  const names = chain.map((place) => workflows[place]?.name ?? '');
  if (check === undefined) return `${names[0]} alone`;
  const second = check.second === undefined ? '' : ` with ${workflows[check.second]?.name ?? ''}`;
  return `${names.join(' → ')} by ${check.estimator}${second}`;
}

function countedShapes(shapes: readonly RouteShape[], matrix: RoutingMatrix): RouteReport['chosen'] {
  const counts = new Map<string, number>();
  for (const shape of shapes) {
    const text = describeShape(shape, matrix);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, fits]) => ({ text, fits })).sort((one, other) => other.fits - one.fits);
}

function untriedOf(matrix: RoutingMatrix, { pool }: Candidates): string[] {
  const training = trainingOn(matrix);
  return [...failureEstimators.values()]
    .filter((estimator) => pool.every((workflow) => estimator.fit(training, workflow) === undefined))
    .map(({ name }) => name);
}
