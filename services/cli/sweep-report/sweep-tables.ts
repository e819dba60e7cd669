import type { RunScore } from '../../domain/sweep-report/reported-cell.ts';
import type {
  CellReport,
  GroupReport,
  GroupScore,
  SweepReport,
  ValueComparison,
} from '../../domain/sweep-report/sweep-report-model.ts';
import type { Cell, Row, Table } from '../../shared/document/document.ts';
import type { Figure, Unit } from '../../shared/document/figure.ts';
import { formatDuration } from '../../shared/document/format.ts';
import { shortMoney } from '../../shared/document/format-money.ts';
import { nameOfGroup, nameOfValue } from './sweep-words.ts';

interface Value {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

export function figureOf(unit: Unit, of: Value | undefined, factor = 1): Figure | undefined {
  if (of === undefined) return undefined;
  const { value, low, high } = of;
  const interval = low === undefined || high === undefined ? {} : { low: factor * low, high: factor * high };
  return { unit, value: factor * value, ...interval };
}

export function percentOf(score: Value | undefined): Figure | undefined {
  return figureOf('percent', score, 100);
}

/** Cells that differ only in their seeds. */
export function groupTable(report: SweepReport): Table {
  const { groups } = report;
  const hasSpent = groups.some(({ spentTokens }) => spentTokens !== undefined);
  const hasTest = groups.some(({ test }) => test !== undefined);
  const currency = report.total.money?.currency;
  return {
    kind: 'table',
    of: '',
    columns: [
      ...(hasTest ? [{ name: 'test score (%)' }, { name: 'queries', text: true } as const] : []),
      { name: 'search score (%)' },
      { name: 'queries', text: true },
      { name: 'runs', text: true },
      { name: 'tokens' },
      ...(hasSpent ? [{ name: 'tokens paid for', brief: true } as const] : []),
      ...(currency === undefined ? [] : [{ name: `cost (${currency})`, brief: true } as const]),
      { name: 'time', text: true },
    ],
    rows: groups.map((group) => ({
      name: marked(nameOfGroup(group, report), report),
      cells: [
        ...(hasTest ? [percentOf(group.test), queriesOf(group.test)] : []),
        percentOf(group.score),
        queriesOf(group.score),
        runsOf(group),
        figureOf('tokens', group.tokens),
        ...(hasSpent ? [figureOf('tokens', group.spentTokens)] : []),
        ...(currency === undefined ? [] : [figureOf('money', group.money)]),
        group.wallMs && formatDuration(group.wallMs.value),
      ],
    })),
  };
}

/** The row itself says that it is no result, since rows are copied out of tables. */
function marked(name: string, { simulated }: SweepReport): string {
  return simulated ? `${name} (simulated)` : name;
}

function queriesOf(score: Pick<GroupScore, 'queries' | 'ofQueries'> | undefined): string | undefined {
  if (score === undefined) return undefined;
  return score.queries === score.ofQueries ? `${score.queries}` : `${score.queries} of ${score.ofQueries}`;
}

/** E.g. "3", "2 of 3", "3 (test 2)". */
function runsOf({ cells, ofCells, test }: GroupReport): string {
  const runs = cells === ofCells ? `${cells}` : `${cells} of ${ofCells}`;
  return test === undefined || test.cells === cells ? runs : `${runs} (tested: ${test.cells})`;
}

/** The values of one axis against each other. */
export function comparisonTable(axis: string, comparisons: readonly ValueComparison[]): Table {
  const ofTest = comparisons.some(({ basis }) => basis === 'test');
  const ofBoth = ofTest && comparisons.some(({ basis }) => basis === 'search');
  return {
    kind: 'table',
    title: ofBoth ? axis : `${axis}: ${ofTest ? 'test' : 'search'} scores`,
    of: '',
    columns: [
      { name: 'difference (points)' },
      { name: 'verdict', text: true },
      { name: 'p' },
      { name: 'p (Holm)' },
      { name: 'pairs of runs', text: true },
      ...(ofTest ? [{ name: 'queries' }] : []),
      { name: 'ratio of tokens' },
      ...(ofBoth ? [{ name: 'scores', text: true } as const] : []),
    ],
    rows: comparisons.map((comparison) => {
      const { a, b, basis, difference, pValue, adjustedPValue, pairs, ofPairs, queries, tokenRatio, verdict } = comparison;
      return {
        name: `${nameOfValue(axis, b)} minus ${nameOfValue(axis, a)}`,
        cells: [
          figureOf('points', difference, 100),
          verdict === 'undecided' ? 'cannot be told apart' : `${nameOfValue(axis, verdict === 'a' ? a : b)} is better`,
          probability(pValue),
          probability(adjustedPValue),
          pairs === ofPairs ? `${pairs}` : `${pairs} of ${ofPairs}`,
          ...(ofTest ? [queries === undefined ? undefined : ({ unit: 'count', value: queries } as const)] : []),
          figureOf('share', tokenRatio),
          ...(ofBoth ? [basis] : []),
        ],
      };
    }),
  };
}

function probability(value: number | undefined): Figure | undefined {
  return value === undefined ? undefined : { unit: 'probability', value };
}

/** Every cell by itself. */
export function cellTable(report: SweepReport): Table {
  const { cells } = report;
  const hasSpent = cells.some(({ run }) => run?.spentTokens !== undefined);
  const hasTest = cells.some(({ run }) => run?.test !== undefined);
  const currency = report.total.money?.currency;
  return {
    kind: 'table',
    of: 'cell',
    columns: [
      { name: 'status', text: true },
      ...(hasTest ? [{ name: 'test (%)' }, { name: 'on', text: true } as const] : []),
      { name: 'search (%)' },
      { name: 'on', text: true },
      { name: 'tokens' },
      ...(hasSpent ? [{ name: 'paid for' }] : []),
      ...(currency === undefined ? [] : [{ name: 'cost', text: true } as const]),
      { name: 'time', text: true },
      { name: 'run', text: true },
      { name: 'note', text: true },
    ],
    rows: cells.map((cell): Row => {
      const { run, status } = cell;
      const count = (value: number | undefined): Cell => (value === undefined ? undefined : { unit: 'count', value });
      return {
        name: marked(cell.id, report),
        cells: [
          status,
          ...(hasTest ? [percentOf(run?.test), queriesOf(run?.test)] : []),
          soFar(run?.score, cell),
          queriesOf(run?.score),
          count(run?.tokens),
          ...(hasSpent ? [count(run?.spentTokens)] : []),
          ...(currency === undefined ? [] : [run?.money && shortMoney(run.money)]),
          run?.wallMs === undefined ? undefined : formatDuration(run.wallMs),
          run?.runId,
          cell.reason ?? run?.stopReason,
        ],
      };
    }),
  };
}

/** The score of a cell that is not completed is not its score. */
function soFar(score: Omit<RunScore, 'byQuery'> | undefined, { status }: CellReport): Cell {
  if (score === undefined || status === 'completed') return percentOf(score);
  return `${(100 * score.value).toFixed(1)} so far`;
}

const repeatedWords = {
  run: 'runs, executed again as a whole',
  call: 'calls, asked again',
  job: 'calls, answered again',
  proposal: 'proposals, refused',
  prediction: 'predictions, refused',
} as const;

/** What was done more than once, and why. */
export function repeatedTable({ repeated }: SweepReport): Table {
  return {
    kind: 'table',
    of: 'what',
    columns: [{ name: 'why', text: true }, { name: 'times' }, { name: 'in cells' }, { name: 'tokens' }],
    rows: repeated.map(({ what, why, count, cells, tokens }) => ({
      name: repeatedWords[what],
      cells: [
        why,
        { unit: 'count', value: count },
        { unit: 'count', value: cells },
        tokens === undefined ? undefined : { unit: 'count', value: tokens },
      ],
    })),
  };
}

/** Executions that ended in a failure, and whether they count. */
export function failureTable({ failures }: SweepReport): Table {
  return {
    kind: 'table',
    of: 'kind',
    columns: [
      { name: 'class', text: true },
      { name: 'counts', text: true },
      { name: 'executions' },
      { name: 'in cells' },
      { name: 'for example', text: true },
    ],
    rows: failures.map(({ kind, class: failureClass, countsAsWrong, count, cells, example }) => ({
      name: kind,
      cells: [
        failureClass,
        countsAsWrong ? 'as wrong' : 'not at all',
        { unit: 'count', value: count },
        { unit: 'count', value: cells },
        example,
      ],
    })),
  };
}

/** Cells that will have no result, each with the reason. */
export function lostTable(cells: readonly CellReport[]): Table {
  return {
    kind: 'table',
    of: 'cell',
    columns: [
      { name: 'what happened', text: true },
      { name: 'why', text: true },
      { name: 'tokens' },
      { name: 'run', text: true },
    ],
    rows: cells.map(({ id, status, reason, run }) => ({
      name: id,
      cells: [status, reason, run && { unit: 'count', value: run.tokens }, run?.runId],
    })),
  };
}
