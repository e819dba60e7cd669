import { defined } from '../defined.ts';
import { ScaleError } from '../errors/scale-error.ts';
import type { Random } from '../ports.ts';
import { mean } from '../statistics/intervals.ts';
import { type PairedInterval, pairedInterval } from '../statistics/paired-interval.ts';
import { signTest } from '../statistics/paired-tests.ts';
import { type ScoreInterval, type ScoreKind, scoreInterval, scoreKindOf } from '../statistics/score-interval.ts';
import { signFlipTest } from '../statistics/sign-flip-test.ts';

/** What a comparison needs of an execution; an ExecutionRecord has it. */
export interface ScoredExecution {
  readonly queryId: string;
  readonly repeat: number;
  readonly score: number;
  readonly answer?: string;
  readonly reference?: string;
}

export interface Comparison {
  /** Queries that both have; only these are compared. */
  readonly queries: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
  readonly a: ScoreInterval;
  readonly b: ScoreInterval;
  readonly kind: ScoreKind;
  /** B minus A. */
  readonly difference: PairedInterval;
  readonly test: ComparisonTest;
  /** Queries on which B scores higher, lower, and the same. */
  readonly better: number;
  readonly worse: number;
  readonly alike: number;
  /** Two-sided, on the counts of better and worse alone, whatever the sizes. */
  readonly signTestPValue: number;
  /** Which one is better, as far as these queries can tell. */
  readonly verdict: 'a' | 'b' | 'undecided';
  /** Those that changed the most first. */
  readonly changes: readonly ChangedQuery[];
}

export interface ComparisonTest {
  readonly name: 'mcnemar-exact' | 'sign-flip';
  /** Two-sided. */
  readonly pValue: number;
  /** For sign-flip: whether all assignments of signs were counted, or how many were drawn. */
  readonly draws?: 'all' | number;
}

export interface ChangedQuery {
  readonly queryId: string;
  readonly scoreA: number;
  readonly scoreB: number;
  /** One per repeat, if the records have them. */
  readonly answersA: readonly string[];
  readonly answersB: readonly string[];
  readonly reference?: string;
}

/** The two have no query in common. */
export class NothingToCompareError extends ScaleError {
  readonly kind = 'bad-input';
}

/**
 * Two workflows, query by query. If each query is right or wrong once, McNemar's exact test; otherwise the sign-flip permutation
 * test on the queries' mean differences. A verdict takes the test and the interval at one level, and both must agree: they rest
 * on different approximations and may disagree near the threshold.
 * @throws NothingToCompareError
 */
export function compareEvaluations(
  a: readonly ScoredExecution[],
  b: readonly ScoredExecution[],
  random: Random,
  confidence = 0.95,
): Comparison {
  const [inA, inB] = [Map.groupBy(a, ({ queryId }) => queryId), Map.groupBy(b, ({ queryId }) => queryId)];
  const common = [...inA.keys()].filter((queryId) => inB.has(queryId));
  if (common.length === 0) throw new NothingToCompareError('the two have no query in common');
  const pairs = common.map((queryId) => pairOf(queryId, inA.get(queryId) ?? [], inB.get(queryId) ?? []));
  const differences = pairs.map(differenceOf);
  const better = differences.filter((difference) => difference > 0).length;
  const worse = differences.filter((difference) => difference < 0).length;
  const difference = pairedInterval(differences, confidence);
  const signTestPValue = signTest(better, worse);
  const whole = differences.every((value) => Number.isInteger(value));
  const test: ComparisonTest = whole
    ? { name: 'mcnemar-exact', pValue: signTestPValue }
    : { name: 'sign-flip', ...signFlipTest(differences, random) };
  const scores = (of: ReadonlyMap<string, readonly ScoredExecution[]>): number[][] =>
    common.map((queryId) => (of.get(queryId) ?? []).map(({ score }) => score));
  return {
    queries: common.length,
    onlyInA: inA.size - common.length,
    onlyInB: inB.size - common.length,
    a: scoreInterval(scores(inA), confidence),
    b: scoreInterval(scores(inB), confidence),
    kind: scoreKindOf([...scores(inA), ...scores(inB)].flat()),
    difference,
    test,
    better,
    worse,
    alike: common.length - better - worse,
    signTestPValue,
    verdict: verdictOf(difference, test),
    changes: pairs.filter((pair) => differenceOf(pair) !== 0).sort(bySizeThenId),
  };
}

function verdictOf(difference: PairedInterval, { pValue }: ComparisonTest): Comparison['verdict'] {
  if (pValue > 1 - difference.confidence) return 'undecided';
  if (difference.low > 0) return 'b';
  return difference.high < 0 ? 'a' : 'undecided';
}

function pairOf(queryId: string, a: readonly ScoredExecution[], b: readonly ScoredExecution[]): ChangedQuery {
  const reference = a[0]?.reference ?? b[0]?.reference;
  return {
    queryId,
    scoreA: mean(a.map(({ score }) => score)),
    scoreB: mean(b.map(({ score }) => score)),
    answersA: answersOf(a),
    answersB: answersOf(b),
    ...defined({ reference }),
  };
}

/** The same scores added up in another order differ in their last bits, but are equal. */
function differenceOf({ scoreA, scoreB }: ChangedQuery): number {
  const difference = scoreB - scoreA;
  return Math.abs(difference) < 1e-12 ? 0 : difference;
}

function answersOf(executions: readonly ScoredExecution[]): string[] {
  return executions.toSorted((one, other) => one.repeat - other.repeat).flatMap(({ answer }) => answer ?? []);
}

function bySizeThenId(one: ChangedQuery, other: ChangedQuery): number {
  return Math.abs(differenceOf(other)) - Math.abs(differenceOf(one)) || (one.queryId < other.queryId ? -1 : 1);
}
