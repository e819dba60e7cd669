import { defined } from '../defined.ts';
import { classOfKind, isScored } from '../failure-class.ts';
import { addMoney } from '../prices/add-money.ts';
import { type CallsAtOnce, callsAtOnce, timeOf } from '../report/calls-at-once.ts';
import { compareValues } from './compare-values.ts';
import { groupCells } from './group-cells.ts';
import type { CellRun, CellStatus, EarlierRun, Repeated, ReportedCell } from './reported-cell.ts';
import { sweepRemarks } from './sweep-remarks.ts';
import {
  type CellReport,
  type FailureOfCells,
  type SweepFacts,
  type SweepReport,
  sweepReportFormat,
} from './sweep-report-model.ts';

const unended: ReadonlySet<CellStatus> = new Set(['waiting', 'running', 'paused']);

/**
 * The report of a sweep, finished or not. Whatever cells there are now are what it is about: a seed that was added later is one
 * more cell in its groups.
 * @param cells in the order of the sweep
 */
export function buildSweepReport(sweep: SweepFacts, cells: readonly ReportedCell[]): SweepReport {
  const runs = cells.flatMap(({ run }) => run ?? []);
  const earlier = cells.flatMap(({ earlierRuns = [] }) => earlierRuns);
  const groups = groupCells(cells);
  const comparisons = compareValues(sweep.axes, cells);
  const statuses = [...Map.groupBy(cells, ({ status }) => status)].map(([status, group]) => [status, group.length]);
  return {
    format: sweepReportFormat,
    sweep,
    partial: cells.some(({ status }) => unended.has(status)),
    simulated: runs.some(({ simulated }) => simulated),
    cellsByStatus: Object.fromEntries(statuses),
    total: {
      tokens: sum([...runs, ...earlier].map(({ tokens }) => tokens)),
      testTokens: sum(runs.map(({ test }) => test?.tokens ?? 0)),
      ...defined({
        spentTokens: sumOfKnown(runs.map(({ spentTokens }) => spentTokens)),
        money: addMoney([...runs, ...earlier].flatMap(({ money }) => money ?? [])),
        spentMoney: addMoney(runs.flatMap(({ spentMoney }) => spentMoney ?? [])),
        testMoney: addMoney(runs.flatMap(({ test }) => test?.money ?? [])),
        callsAtOnce: callsOf(runs),
      }),
      cellsWithoutMoney: runs.filter(({ money, tokens }) => money === undefined && tokens > 0).length,
      wallMs: sum(runs.map(({ wallMs }) => wallMs ?? 0)),
    },
    groups,
    comparisons,
    cells: cells.map(cellReport),
    repeated: repeatedOf(cells),
    failures: failuresOf(runs),
    remarks: sweepRemarks(cells, groups, comparisons),
  };
}

/** Without those of tests and of runs that ended without a result, as a cell's figures are. */
function callsOf(runs: readonly CellRun[]): readonly CallsAtOnce[] | undefined {
  const used = runs.filter(({ tokens }) => tokens > 0);
  const isKnown = ({ timedCalls = [] }: CellRun): boolean => timedCalls.some(({ tookMs }) => tookMs !== undefined);
  if (!used.every(isKnown)) return undefined;
  return callsAtOnce(
    used.flatMap(({ timedCalls = [] }) => timedCalls),
    timeOf(used.flatMap(({ period }) => period ?? [])),
  );
}

/** Scores by query would be most of the file, and are in the runs' own reports. */
function cellReport({ run, ...cell }: ReportedCell): CellReport {
  if (run === undefined) return cell;
  const { score, test, timedCalls: _, ...rest } = run;
  return { ...cell, run: { ...rest, ...defined({ score: withoutQueries(score), test: withoutQueries(test) }) } };
}

function withoutQueries<Score extends { readonly byQuery?: unknown }>(
  score: Score | undefined,
): Omit<Score, 'byQuery'> | undefined {
  if (score === undefined) return undefined;
  const { byQuery: _, ...rest } = score;
  return rest;
}

function repeatedOf(cells: readonly ReportedCell[]): SweepReport['repeated'] {
  const all = cells.flatMap(({ run, earlierRuns = [] }) => [...(run?.repeated ?? []), ...againOf(earlierRuns)]);
  return [...Map.groupBy(all, ({ what, why }) => JSON.stringify([what, why])).values()]
    .map((group) => {
      const { what, why } = group[0] as Repeated;
      const tokens = sumOfKnown(group.map((one) => one.tokens));
      return { what, why, count: sum(group.map(({ count }) => count)), ...defined({ tokens }), cells: group.length };
    })
    .sort((one, other) => other.count - one.count);
}

/** Once a reason, however many runs ended for it. */
function againOf(earlier: readonly EarlierRun[]): Repeated[] {
  return [...Map.groupBy(earlier, ({ why }) => why)].map(([why, runs]) => {
    const tokens = sum(runs.map((run) => run.tokens));
    return { what: 'run', why, count: runs.length, tokens };
  });
}

function failuresOf(runs: readonly CellRun[]): FailureOfCells[] {
  const all = runs.flatMap(({ failures }) => failures);
  return [...Map.groupBy(all, ({ kind }) => kind)]
    .map(([kind, group]) => ({
      kind,
      class: classOfKind[kind],
      countsAsWrong: isScored({ failure: { kind, message: '' } }),
      count: sum(group.map(({ count }) => count)),
      cells: group.length,
      example: group[0]?.examples[0]?.message ?? '',
    }))
    .sort((one, other) => other.count - one.count);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A sum that leaves something out would be too small; none for nothing. */
function sumOfKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 || known.length < values.length ? undefined : sum(known);
}
