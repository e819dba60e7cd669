import { differencesOf, pairedOverSets } from '../comparison/scores-over-seeds.ts';
import { defined } from '../defined.ts';
import { randomStream } from '../random.ts';
import { ratioInterval, type SeedsInterval, seedsInterval } from '../statistics/crossed-interval.ts';
import { holmAdjusted } from '../statistics/holm.ts';
import { signFlipTest } from '../statistics/sign-flip-test.ts';
import { commonQueries } from './common-queries.ts';
import type { CellRun, ReportedCell, RunScore, TestScore } from './reported-cell.ts';
import { comparedAxes, keyWithout } from './seed-axis.ts';
import type { SweepAxis, ValueComparison } from './sweep-report-model.ts';

/** Of one axis and everything that it was compared under. */
interface PairedRuns {
  readonly a: CellRun;
  readonly b: CellRun;
}

type Unadjusted = Omit<ValueComparison, 'adjustedPValue' | 'verdict'>;

export const comparisonLevel = 0.05;

/**
 * Every two values of every axis but the seeds, over the pairs of completed cells that agree in all the rest. Two whose cells
 * have no queries in common, such as two benchmarks, are left out: a difference of their scores would say nothing. Holm's
 * adjustment is over all tests.
 */
export function compareValues(axes: readonly SweepAxis[], cells: readonly ReportedCell[]): ValueComparison[] {
  const found = comparedAxes(axes).flatMap((axis) =>
    pairsOf(axis.values).flatMap(([a, b]) => compare(axis.name, a, b, cells) ?? []),
  );
  const adjusted = holmAdjusted(found.flatMap(({ pValue }) => pValue ?? []));
  let tests = 0;
  return found.map((comparison) => {
    const adjustedPValue = comparison.pValue === undefined ? undefined : adjusted[tests++];
    return { ...comparison, ...defined({ adjustedPValue }), verdict: verdictOf(comparison.difference, adjustedPValue) };
  });
}

function pairsOf(values: readonly string[]): (readonly [string, string])[] {
  return values.flatMap((a, place) => values.slice(place + 1).map((b) => [a, b] as const));
}

function compare(axis: string, a: string, b: string, cells: readonly ReportedCell[]): Unadjusted | undefined {
  const blocks = [...Map.groupBy(cells, ({ values }) => keyWithout(axis, values)).values()].map((block) => ({
    a: block.find(({ values }) => values[axis] === a),
    b: block.find(({ values }) => values[axis] === b),
  }));
  const planned = blocks.filter((block) => block.a !== undefined && block.b !== undefined);
  const ended = planned.flatMap((block) => {
    const runs = { a: completedRun(block.a), b: completedRun(block.b) };
    return runs.a === undefined || runs.b === undefined ? [] : [{ a: runs.a, b: runs.b }];
  });
  const figures = onTests(ended) ?? onSearches(ended);
  return figures && { ...{ axis, a, b, ofPairs: planned.length }, ...figures };
}

function completedRun(cell: ReportedCell | undefined): CellRun | undefined {
  return cell?.status === 'completed' ? cell.run : undefined;
}

type Figures = Omit<Unadjusted, 'axis' | 'a' | 'b' | 'ofPairs'>;

/** Query by query; undefined unless at least one pair was tested on the same queries. */
function onTests(runs: readonly PairedRuns[]): Figures | undefined {
  const tested = runs.flatMap((pair) => {
    const scores = alike(pair.a.test, pair.b.test);
    return scores === undefined ? [] : [{ pair, ...scores }];
  });
  const sets = [...Map.groupBy(tested, ({ a }) => a.queriesAre).values()]
    .map((rows) => ({ rows, common: commonQueries(rows.flatMap(({ a, b }) => [a.byQuery, b.byQuery])) }))
    .filter(({ common }) => common.length > 0);
  if (sets.length === 0) return undefined;
  const compared = sets.flatMap(({ rows }) => rows.map(({ pair }) => pair));
  const scoresOn = ({ byQuery }: TestScore, queries: readonly number[]) => queries.map((query) => byQuery.get(query) as number);
  return {
    basis: 'test',
    pairs: compared.length,
    queries: sets.reduce((sum, { common }) => sum + common.length, 0),
    ...pairedOverSets(
      sets.map(({ rows, common }) => rows.map(({ a, b }) => differencesOf(scoresOn(b, common), scoresOn(a, common)))),
    ),
    ...defined({ tokenRatio: tokenRatio(compared) }),
  };
}

/** Run by run: what a search says of its own best workflow is no mean over queries that could be paired. */
function onSearches(runs: readonly PairedRuns[]): Figures | undefined {
  const scored = runs.flatMap((pair) => {
    const scores = alike(pair.a.score, pair.b.score);
    return scores === undefined ? [] : [{ pair, difference: scores.b.value - scores.a.value }];
  });
  if (scored.length === 0) return undefined;
  const differences = scored.map(({ difference }) => difference);
  const { value, low = 0, high = 0 } = seedsInterval(differences);
  const pValue = differences.length === 1 ? undefined : signFlipTest(differences, randomStream(1, 'sign-flip')).pValue;
  return {
    basis: 'search',
    pairs: scored.length,
    // Pairs that agree to the last digit say nothing about others.
    difference: { value, ...(low === high ? {} : { low: Math.max(-1, low), high: Math.min(1, high) }) },
    ...defined({ pValue, tokenRatio: tokenRatio(scored.map(({ pair }) => pair)) }),
  };
}

/** Two scores that are both there, of the same queries by the same scorer. */
function alike<Score extends RunScore>(
  a: Score | undefined,
  b: Score | undefined,
): { readonly a: Score; readonly b: Score } | undefined {
  return a === undefined || b === undefined || a.queriesAre !== b.queriesAre ? undefined : { a, b };
}

function tokenRatio(runs: readonly PairedRuns[]): SeedsInterval | undefined {
  const ratios = runs.filter(({ a, b }) => a.tokens > 0 && b.tokens > 0).map(({ a, b }) => b.tokens / a.tokens);
  return ratios.length === 0 || ratios.length < runs.length ? undefined : ratioInterval(ratios);
}

function verdictOf({ value, low = value, high = value }: SeedsInterval, adjusted?: number): ValueComparison['verdict'] {
  if (adjusted === undefined || adjusted > comparisonLevel) return 'undecided';
  if (low > 0) return 'b';
  return high < 0 ? 'a' : 'undecided';
}
