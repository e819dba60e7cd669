import { mean } from '../../services/domain/statistics/intervals.ts';
import { pairedInterval } from '../../services/domain/statistics/paired-interval.ts';

/** One simulated search, and what it recommends, on the test split. */
export interface Trial {
  readonly benchmark: string;
  readonly seed: number;
  readonly rule: string;
  /** The one recommended. */
  readonly round: number;
  readonly testScores: readonly number[];
  /** Of an answer on the test split. */
  readonly tokens: number;
  /** That the search was charged. */
  readonly searchTokens: number;
}

/**
 * Each rule against `before`, seed by seed. Paired by query, the interval is that of other queries and these searches, as in
 * `scale compare`; paired by search, that of other seeds, where each benchmark weighs the same.
 */
export function objectiveTable(trials: readonly Trial[]): string {
  const rules = [...new Set(trials.map(({ rule }) => rule))].filter((rule) => rule !== 'before');
  const benchmarks = [...new Set(trials.map(({ benchmark }) => benchmark))];
  const head = [
    '| simulated | rule | seeds | tokens an answer, before | now | share | test score, before | now | points, by query (95 %) | points, by search (95 %) | tokens of the search |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
  ];
  const rows = rules.flatMap((rule) => {
    // A file of trials may be of a measurement that was stopped: a rule has rows for what it was tried on.
    const tried = benchmarks.filter((benchmark) => pairsOf(trials, rule, benchmark).length > 0);
    const together = tried.length > 1 ? [tried] : [];
    return [...tried.map((benchmark) => [benchmark]), ...together].map((some) => rowOf(trials, rule, some));
  });
  return [...head, ...rows].join('\n');
}

interface Pair {
  readonly before: Trial;
  readonly now: Trial;
}

/** The rule's trials, each with that of the rule of before on the same seed. */
function pairsOf(trials: readonly Trial[], rule: string, benchmark: string): Pair[] {
  const some = trials.filter((one) => one.benchmark === benchmark);
  return some
    .filter((now) => now.rule === rule)
    .flatMap((now) => {
      const before = some.find((one) => one.rule === 'before' && one.seed === now.seed);
      return before === undefined ? [] : [{ before, now }];
    });
}

/** Of each test query, the mean over the searches. */
function differencesByQuery(pairs: readonly Pair[], benchmark: string): number[] {
  const some = pairs.filter(({ now }) => now.benchmark === benchmark);
  const queries = some[0]?.now.testScores.length ?? 0;
  return Array.from({ length: queries }, (_, query) =>
    mean(some.map(({ before, now }) => (now.testScores[query] ?? 0) - (before.testScores[query] ?? 0))),
  );
}

function rowOf(trials: readonly Trial[], rule: string, benchmarks: readonly string[]): string {
  const pairs = benchmarks.flatMap((benchmark) => pairsOf(trials, rule, benchmark));
  // Benchmarks weigh the same, whatever an answer takes there.
  const shares = benchmarks.map((benchmark) => {
    const some = pairs.filter(({ now }) => now.benchmark === benchmark);
    return mean(some.map(({ now }) => now.tokens)) / mean(some.map(({ before }) => before.tokens));
  });
  const bySearch = pairedInterval(pairs.map(({ before, now }) => mean(now.testScores) - mean(before.testScores)));
  const byQuery = pairedInterval(benchmarks.flatMap((benchmark) => differencesByQuery(pairs, benchmark)));
  const { difference, low, high } = bySearch;
  const points = (value: number): string => `${value > 0 ? '+' : ''}${(100 * value).toFixed(2)}`;
  const of = (which: 'before' | 'now', what: (trial: Trial) => number): number => mean(pairs.map((pair) => what(pair[which])));
  const cells = [
    benchmarks.length > 1 ? 'all' : (benchmarks[0] ?? ''),
    rule,
    `${pairs.length}`,
    of('before', ({ tokens }) => tokens).toFixed(0),
    of('now', ({ tokens }) => tokens).toFixed(0),
    mean(shares).toFixed(2),
    of('before', ({ testScores }) => mean(testScores)).toFixed(4),
    of('now', ({ testScores }) => mean(testScores)).toFixed(4),
    `${points(byQuery.difference)} (${points(byQuery.low)} to ${points(byQuery.high)})`,
    `${points(difference)} (${points(low)} to ${points(high)})`,
    (of('now', ({ searchTokens }) => searchTokens) / of('before', ({ searchTokens }) => searchTokens)).toFixed(2),
  ];
  return `| ${cells.join(' | ')} |`;
}
