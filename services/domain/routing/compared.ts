import { type Interval, mean } from '../statistics/intervals.ts';
import { type PairedInterval, pairedInterval } from '../statistics/paired-interval.ts';
import { studentQuantile } from '../statistics/student.ts';

/** A query as the route answers it, by a fit that has not seen it, and as the best workflow alone does. */
export interface ComparedQuery {
  readonly id: string;
  readonly score: number;
  readonly cost: number;
  /** By the workflow that was the best one on the queries that the fit has learned from. */
  readonly bestScore: number;
  readonly bestCost: number;
}

export interface Comparison {
  readonly score: number;
  readonly cost: number;
  readonly bestScore: number;
  readonly bestCost: number;
  readonly difference: PairedInterval;
  /** Of the best workflow's cost. */
  readonly costShare: number;
  readonly costShareInterval: Interval;
}

/**
 * What a route comes to, by all partitions. Each partition gives the same queries, so it makes no interval narrower: the
 * intervals' ends are averaged. That of the mean over the partitions would be too narrow, as if there were more queries.
 * @param partitions at least one, each of at least two queries
 */
export function comparisonOf(partitions: readonly (readonly ComparedQuery[])[]): Comparison {
  const over = (of: (query: ComparedQuery) => number): number => mean(partitions.map((queries) => mean(queries.map(of))));
  const differences = partitions.map((queries) => pairedInterval(queries.map(({ score, bestScore }) => score - bestScore)));
  const [first] = differences as [PairedInterval];
  const shares = partitions.map(shareOf);
  const [cost, bestCost] = [over((query) => query.cost), over((query) => query.bestCost)];
  return {
    ...{ score: over(({ score }) => score), cost, bestScore: over(({ bestScore }) => bestScore), bestCost },
    difference: {
      ...first,
      difference: mean(differences.map(({ difference }) => difference)),
      low: mean(differences.map(({ low }) => low)),
      high: mean(differences.map(({ high }) => high)),
    },
    costShare: bestCost === 0 ? 1 : cost / bestCost,
    costShareInterval: { low: mean(shares.map(({ low }) => low)), high: mean(shares.map(({ high }) => high)) },
  };
}

/** 95 %, of a ratio of means on the same queries (the delta method). */
function shareOf(queries: readonly ComparedQuery[]): Interval {
  const bestCost = mean(queries.map((query) => query.bestCost)) || 1;
  const share = mean(queries.map(({ cost }) => cost)) / bestCost;
  const rests = queries.map((query) => query.cost - share * query.bestCost);
  const degrees = rests.length - 1;
  const variance = rests.reduce((sum, rest) => sum + rest ** 2, 0) / degrees;
  const half = (studentQuantile(0.975, degrees) * Math.sqrt(variance / rests.length)) / bestCost;
  return { low: Math.max(0, share - half), high: share + half };
}
