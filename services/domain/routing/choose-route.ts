import { paretoFront } from '../run/pareto-front.ts';
import { mean, standardErrorOfMean } from '../statistics/intervals.ts';
import { type Estimates, estimateKey, estimatesOn, trainingOn } from './estimates.ts';
import { failureEstimators } from './estimators/registry.ts';
import { type RouteShape, shapeOutcome } from './route-shape.ts';
import { bestWorkflow, meansOf, onQueries, type RoutingMatrix, turnsOf } from './routing-matrix.ts';

export interface ChoiceSettings {
  /** Most workflows that routes are made of, the one for single queries aside. */
  readonly workflows: number;
  /** What may be lost of the best workflow's score, in [0, 1]. */
  readonly margin: number;
  /** What may be spent of the best workflow's cost, in (0, 1]. */
  readonly share: number;
  /** Parts of the inner cross-validation. */
  readonly folds: number;
}

/** What is chosen among. */
export interface Candidate {
  readonly shape: RouteShape;
  readonly score: number;
  readonly cost: number;
  /** To the best workflow alone, on the same queries. */
  readonly difference: number;
  readonly standardError: number;
}

export interface Candidates {
  /** The workflow that is best alone. */
  readonly best: number;
  readonly pool: readonly number[];
  /** From cheap to dear. */
  readonly all: readonly Candidate[];
}

/** Shares of queries that go on from the first step, which the tried thresholds come from. */
const triedShares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const longestChain = 3;

/**
 * Every route worth a look, each with what it comes to on queries that its estimates have not learned from.
 * @param order the queries' places in the order in which they are dealt into parts
 */
export function candidatesOn(matrix: RoutingMatrix, order: readonly number[], settings: ChoiceSettings): Candidates {
  const best = bestWorkflow(matrix);
  const pool = poolOf(matrix, settings.workflows);
  const estimates = estimatesOutOfFold(matrix, order, pool, settings.folds);
  const turns = turnsOf(matrix);
  const alone = outcomesOf({ chain: [best] }, matrix, estimates, turns);
  const all = shapesOf(matrix, pool, estimates).map((shape): Candidate => {
    const { scores, costs } = outcomesOf(shape, matrix, estimates, turns);
    const differences = scores.map((score, query) => score - (alone.scores[query] as number));
    const standardError = standardErrorOfMean(differences) ?? 0;
    return { shape, score: mean(scores), cost: mean(costs), difference: mean(differences), standardError };
  });
  return { best, pool, all: all.sort((one, other) => one.cost - other.cost || other.score - one.score) };
}

/**
 * Within the share of the best workflow's cost, the route that surely loses the least: the highest difference less one standard
 * error; of equals the cheaper. The best workflow itself, if that may lose more than the margin.
 */
export function surestWithin({ all, best }: Candidates, { margin, share }: Pick<ChoiceSettings, 'margin' | 'share'>): Candidate {
  const alone = all.find(({ shape: { chain } }) => chain.length === 1 && chain[0] === best);
  if (alone === undefined) throw new RangeError('the best workflow alone is among the candidates');
  const sure = ({ difference, standardError }: Candidate): number => difference - standardError;
  const affordable = all.filter((one) => one.cost <= share * alone.cost && sure(one) >= -margin);
  return affordable.reduce<Candidate>((surest, one) => (surest !== alone && sure(surest) >= sure(one) ? surest : one), alone);
}

/** The highest score for at most this cost; of equals the cheaper. Undefined if nothing is so cheap. */
export function bestWithin({ all }: Candidates, cost: number): Candidate | undefined {
  const affordable = all.filter((one) => one.cost <= cost);
  return affordable.reduce<Candidate | undefined>((best, one) => (best && best.score >= one.score ? best : one), undefined);
}

/** By query, means over its executions. */
export function outcomesOf(
  shape: RouteShape,
  matrix: RoutingMatrix,
  estimates: Estimates,
  turns: number,
): { readonly scores: number[]; readonly costs: number[]; readonly steps: number[][] } {
  const [scores, costs, steps]: [number[], number[], number[][]] = [[], [], []];
  for (let query = 0; query < matrix.queries.length; query += 1) {
    let [score, cost] = [0, 0];
    const answered: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const outcome = shapeOutcome(shape, matrix, estimates, query, turn);
      score += outcome.score;
      cost += outcome.cost;
      answered.push(outcome.step);
    }
    scores.push(score / turns);
    costs.push(cost / turns);
    steps.push(answered);
  }
  return { scores, costs, steps };
}

/** Places of queries: those that are learned from, and those that are looked at once. */
export interface Fold {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Queries, by their order, dealt into parts of sizes that differ by one at most. */
export function foldsOf(order: readonly number[], folds: number): number[][] {
  const count = Math.min(folds, order.length);
  return Array.from({ length: count }, (_, fold) => order.filter((_, place) => place % count === fold));
}

/** Those on the front of score and cost first, then the best of the others, for what is different in them. */
export function poolOf({ workflows }: RoutingMatrix, most: number): number[] {
  const known = workflows.flatMap((workflow, place) => (workflow.isQueryLevel ? [] : [{ place, ...meansOf(workflow) }]));
  const front = paretoFront(known.map(({ score, cost }) => ({ score, tokens: cost })));
  const ranked = known
    .map((one, index) => ({ ...one, isOnFront: front[index] === true }))
    .filter(({ score }, _, all) => score > 0.5 * Math.max(...all.map((other) => other.score)))
    .sort((one, other) => Number(other.isOnFront) - Number(one.isOnFront) || other.score - one.score || one.cost - other.cost);
  const queryLevel = workflows.findIndex(({ isQueryLevel }) => isQueryLevel);
  const pool = ranked.slice(0, most).sort((one, other) => one.cost - other.cost || one.place - other.place);
  return [...pool.map(({ place }) => place), ...(queryLevel < 0 ? [] : [queryLevel])];
}

/** Each query's estimates come from the parts that it is not in. */
function estimatesOutOfFold(
  matrix: RoutingMatrix,
  order: readonly number[],
  pool: readonly number[],
  folds: number,
): Map<string, number[][]> {
  const merged = new Map<string, number[][]>();
  for (const held of foldsOf(order, folds)) {
    const isHeld = new Set(held);
    const rest = order.filter((place) => !isHeld.has(place));
    if (rest.length === 0) continue;
    for (const [key, values] of estimatesOn(trainingOn(onQueries(matrix, rest)), onQueries(matrix, held), pool)) {
      const all = merged.get(key) ?? [];
      for (const [place, query] of held.entries()) all[query] = values[place] as number[];
      merged.set(key, all);
    }
  }
  return merged;
}

function shapesOf(matrix: RoutingMatrix, pool: readonly number[], estimates: Estimates): RouteShape[] {
  const isQueryLevel = (place: number): boolean => matrix.workflows[place]?.isQueryLevel === true;
  const cost = new Map(pool.map((place) => [place, meansOf(matrix.workflows[place] as never).cost]));
  const costOf = (place: number): number => cost.get(place) ?? 0;
  const chains = chainsOf(pool, longestChain).filter((chain) => chain.slice(0, -1).every((place) => !isQueryLevel(place)));
  const shapes: RouteShape[] = pool.filter((place) => !isQueryLevel(place)).map((place) => ({ chain: [place] }));
  for (const chain of chains) {
    const checked = chain.slice(0, -1);
    for (const { name: estimator, asks, threshold } of failureEstimators.values()) {
      const seconds = asks === 'second' ? pool : [undefined];
      for (const second of seconds) {
        // A second answer that is dearer than the next step is no check, and one by a later step is better asked for itself.
        if (second !== undefined && (costOf(second) > costOf(chain.at(-1) as number) || checked.slice(1).includes(second)))
          continue;
        if (second !== undefined && second === chain.at(-1)) continue;
        const known = checked.map((place) => estimates.get(estimateKey(estimator, place, second)));
        if (known.some((values) => values === undefined)) continue;
        const thresholds = threshold === undefined ? thresholdsOf(known[0] ?? []) : [threshold];
        for (const each of thresholds) {
          shapes.push({ chain, check: { estimator, threshold: each, ...(second !== undefined && { second }) } });
        }
      }
    }
  }
  return shapes;
}

/** All in the order of the pool, from cheap to dear, with two workflows at least. */
function chainsOf(pool: readonly number[], longest: number): number[][] {
  const chains: number[][] = pool.map((place) => [place]);
  for (const chain of chains) {
    if (chain.length === longest) continue;
    const last = pool.indexOf(chain.at(-1) as number);
    for (const next of pool.slice(last + 1)) chains.push([...chain, next]);
  }
  return chains.filter(({ length }) => length > 1);
}

/** Equal values cannot be parted: a threshold is a value that occurs, and what is above it goes on. */
function thresholdsOf(values: readonly (readonly number[])[]): number[] {
  const sorted = values.flat().sort((one, other) => one - other);
  if (sorted.length === 0) return [];
  const tried = triedShares.map((share) => sorted[Math.floor((1 - share) * (sorted.length - 1))] as number);
  return [...new Set(tried)].filter((value) => value < (sorted.at(-1) as number));
}
