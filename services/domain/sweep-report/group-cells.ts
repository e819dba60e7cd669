import { scoreOver } from '../comparison/scores-over-seeds.ts';
import { defined } from '../defined.ts';
import { type SeedsInterval, seedsInterval } from '../statistics/crossed-interval.ts';
import { commonQueries } from './common-queries.ts';
import type { CellRun, ReportedCell, RunScore } from './reported-cell.ts';
import { keyWithout, seedAxis } from './seed-axis.ts';
import type { GroupReport, GroupScore } from './sweep-report-model.ts';

/** Cells that differ in nothing but their seed, in the order of the first of each. Figures are those of completed cells alone. */
export function groupCells(cells: readonly ReportedCell[]): GroupReport[] {
  return [...Map.groupBy(cells, ({ values }) => keyWithout(seedAxis, values)).values()].map(groupOf);
}

function groupOf(cells: readonly ReportedCell[]): GroupReport {
  const completed = cells.filter(({ status, run }) => status === 'completed' && run !== undefined);
  const runs = completed.flatMap(({ run }) => run ?? []);
  const { [seedAxis]: _, ...values } = cells[0]?.values ?? {};
  return {
    values,
    seeds: completed.flatMap((cell) => cell.values[seedAxis] ?? []),
    cells: completed.length,
    ofCells: cells.length,
    ...defined({
      score: searchScore(runs.flatMap(({ score }) => score ?? [])),
      test: testScore(runs.flatMap(({ test }) => test ?? [])),
      tokens: amount(runs, ({ tokens }) => tokens),
      spentTokens: amount(runs, ({ spentTokens }) => spentTokens),
      money: amount(runs, ({ money }) => (money?.unpriced === undefined ? money?.amount : undefined)),
      wallMs: amount(runs, ({ wallMs }) => wallMs),
    }),
  };
}

/** An amount that some of the runs do not know has no mean. */
function amount(runs: readonly CellRun[], of: (run: CellRun) => number | undefined): SeedsInterval | undefined {
  const known = runs.flatMap((run) => of(run) ?? []);
  if (known.length === 0 || known.length < runs.length) return undefined;
  const { value, low, high } = seedsInterval(known);
  return low === undefined || high === undefined ? { value } : { value, low: Math.max(0, low), high };
}

/**
 * Over seeds alone: most of these scores are no means over queries, and all of them are the best of several. Seeds that agree to
 * the last digit say nothing about others, and give no interval.
 */
function searchScore(scores: readonly RunScore[]): GroupScore | undefined {
  if (scores.length === 0) return undefined;
  const { value, low = 0, high = 0 } = seedsInterval(scores.map((score) => score.value));
  const interval = low === high ? {} : { low: Math.max(0, low), high: Math.min(1, high) };
  return { value, ...interval, ...standOf(scores) };
}

function testScore(scores: readonly (RunScore & Required<Pick<RunScore, 'byQuery'>>)[]): GroupScore | undefined {
  const common = commonQueries(scores.map(({ byQuery }) => byQuery));
  const isOneSet = new Set(scores.map(({ queriesAre }) => queriesAre)).size === 1;
  // Seeds that were tested on other queries have no query in common, whatever their numbers.
  if (!isOneSet || common.length === 0) return searchScore(scores);
  const rows = scores.map(({ byQuery }) => common.map((query) => byQuery.get(query) as number));
  return { ...scoreOver(rows), ...standOf(scores), queries: common.length };
}

function standOf(scores: readonly RunScore[]): Pick<GroupScore, 'cells' | 'queries' | 'ofQueries' | 'methods'> {
  return {
    cells: scores.length,
    queries: Math.min(...scores.map(({ queries }) => queries)),
    ofQueries: Math.max(...scores.map(({ ofQueries }) => ofQueries)),
    methods: [...new Set(scores.map(({ method }) => method))].sort(),
  };
}
