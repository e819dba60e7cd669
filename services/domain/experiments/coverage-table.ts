import { differencesOf, pairedOver, scoreOver } from '../comparison/scores-over-seeds.ts';
import { type CrossedInterval, crossedInterval, seedsInterval } from '../statistics/crossed-interval.ts';
import { mean } from '../statistics/intervals.ts';
import { competitionRanks, covered, denseRanks, type Tries } from './coverage.ts';
import type { Figure, IntervalPlot, ResultRow, ResultTable } from './experiment-report.ts';
import { boundedFigure, percentFigure } from './figures.ts';
import { paperCoverage } from './paper-tables.ts';
import { describeDifference } from './verdict.ts';

/** What one search of a benchmark gave on the test split. */
export interface CoverageTrial {
  readonly benchmark: string;
  readonly seed: number;
  /** The best workflows by their validation scores, the best first, each executed once. */
  readonly top: Tries;
  /** The best one, several times. */
  readonly repeats: Tries;
  /** The query-level baseline's workflows, the same number of times. */
  readonly queryLevel: Tries;
}

/** By benchmark: values by seed and query, of each of the table's columns. */
interface CoverageValues {
  readonly benchmark: string;
  readonly seeds: number;
  readonly columns: Readonly<Record<ColumnName, readonly (readonly number[])[]>>;
}

type ColumnName = (typeof columnNames)[number];
const columnNames = ['top1', 'top5', 'top5Coverage', 'repeat5', 'repeat5Coverage', 'queryLevel', 'queryLevelCoverage'] as const;

const titles: Readonly<Record<ColumnName, string>> = {
  top1: 'top-1',
  top5: 'top-5, mean',
  top5Coverage: 'top-5, coverage',
  repeat5: 'repeat-5, mean',
  repeat5Coverage: 'repeat-5, coverage',
  queryLevel: 'query-level',
  queryLevelCoverage: 'query-level, coverage of 5',
};

/** @param threshold the score from which an answer counts as correct, from 0 to 1 */
export function coverageValues(trials: readonly CoverageTrial[], threshold: number): CoverageValues[] {
  return [...Map.groupBy(trials, ({ benchmark }) => benchmark)].map(([benchmark, group]) => {
    const each = (of: (trial: CoverageTrial) => readonly number[]) => group.map(of);
    return {
      benchmark,
      seeds: group.length,
      columns: {
        top1: each(({ top }) => top[0] ?? []),
        top5: each(({ top }) => meansByQuery(top)),
        top5Coverage: each(({ top }) => covered(top, threshold)),
        repeat5: each(({ repeats }) => meansByQuery(repeats)),
        repeat5Coverage: each(({ repeats }) => covered(repeats, threshold)),
        queryLevel: each(({ queryLevel }) => meansByQuery(queryLevel)),
        queryLevelCoverage: each(({ queryLevel }) => covered(queryLevel, threshold)),
      },
    };
  });
}

function meansByQuery(tries: Tries): number[] {
  return (tries[0] ?? []).map((_, query) => mean(tries.map((scores) => scores[query] as number)));
}

/** Table 1, with the paper's row under each of ours. */
export function coverageTable(values: readonly CoverageValues[]): ResultTable {
  return {
    title: 'Performance and coverage on the test split (%)',
    columns: columnNames.map((name) => titles[name]),
    rows: values.flatMap(({ benchmark, columns }): ResultRow[] => {
      const ours = columnNames.map((name) => percentFigure(scoreOver(columns[name])));
      const printed = paperCoverage.get(benchmark);
      const paper = columnNames.map((name): Figure | undefined =>
        printed === undefined || name === 'queryLevelCoverage' ? undefined : { unit: 'percent', value: printed[name] },
      );
      return [
        { name: benchmark, source: 'ours', cells: ours },
        ...(printed === undefined ? [] : [{ name: benchmark, source: 'paper' as const, cells: paper }]),
      ];
    }),
  };
}

export function coveragePlots(values: readonly CoverageValues[]): IntervalPlot[] {
  return values.map(({ benchmark, columns }) => ({
    kind: 'intervals',
    title: `${benchmark}: performance and coverage on the test split (%)`,
    rows: columnNames.map((name) => ({ name: titles[name], figure: percentFigure(scoreOver(columns[name])) })),
  }));
}

/** The paper's comparison, which sets five tries against one, and a comparison on equal terms. */
export function describeCoverage(values: readonly CoverageValues[]): string[] {
  return values.flatMap(({ benchmark, columns }) => {
    const against = (ours: ColumnName, theirs: ColumnName): CrossedInterval =>
      pairedOver(columns[ours].map((scores, seed) => differencesOf(scores, columns[theirs][seed] ?? []))).difference;
    const top = 'the coverage of the five best workflows';
    const repeat = 'the coverage of five repeats of the best';
    const five = "the query-level baseline's own coverage of five";
    return [
      `${benchmark}, as the paper compares (five tries against one): ${describeDifference(top, against('top5Coverage', 'queryLevel'), "the query-level baseline's performance")}, and ${describeDifference(repeat, against('repeat5Coverage', 'queryLevel'), 'it')}.`,
      `${benchmark}, five tries against five: ${describeDifference(top, against('top5Coverage', 'queryLevelCoverage'), five)}, and ${describeDifference(repeat, against('repeat5Coverage', 'queryLevelCoverage'), 'it')}.`,
      `${benchmark}, one against one: ${describeDifference('the best workflow', against('top1', 'queryLevel'), 'the query-level baseline')}.`,
    ];
  });
}

/** Figure 4: the ranks of the best workflows on the test queries, 1 where no other is better on the query. */
export function rankTable(trials: readonly CoverageTrial[]): ResultTable {
  const most = Math.max(...trials.map(({ top }) => top.length));
  return {
    title: 'Ranks of the best workflows, mean over the test queries (the paper: "close to 1")',
    columns: Array.from({ length: most }, (_, place) => `top ${place + 1}`),
    rows: [...Map.groupBy(trials, ({ benchmark }) => benchmark)].flatMap(([benchmark, group]) => [
      rankRow(
        `${benchmark}, competition rank`,
        group.map(({ top }) => competitionRanks(top)),
        most,
      ),
      rankRow(
        `${benchmark}, dense rank`,
        group.map(({ top }) => denseRanks(top)),
        most,
      ),
    ]),
  };
}

/** @param ranks ranks[seed][place][query]; a search that found fewer workflows has fewer places */
function rankRow(name: string, ranks: readonly Tries[], places: number): ResultRow {
  const cells = Array.from({ length: places }, (_, place): Figure | undefined => {
    const known = ranks.flatMap((byPlace) => (byPlace[place] === undefined ? [] : [byPlace[place]]));
    if (known.length === 0) return undefined;
    const rank = known.length > 1 ? crossedInterval(known, 0.5) : seedsInterval(known.map(mean));
    return boundedFigure('number', rank, [1, Number.POSITIVE_INFINITY]);
  });
  return { name, source: 'ours', cells };
}
