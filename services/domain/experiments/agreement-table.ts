import type { MeasureName } from '../replay/measure.ts';
import type { RecordedSearch } from '../replay/recorded-search.ts';
import { type ReplayRow, replaySeeds, rowOf } from '../replay/replay-report.ts';
import { prepareSearches } from '../replay/replay-search.ts';
import { planOf, type Strategy } from '../replay/strategy.ts';
import type { Estimate } from '../replay/summarise.ts';
import type { EvaluationSettings } from '../run/configuration.ts';
import type { Figure, IntervalPlot, ResultRow, ResultTable } from './experiment-report.ts';
import { paperAgreement } from './paper-tables.ts';

interface Column {
  readonly title: string;
  readonly measure: MeasureName;
  /** In the paper's Table 3. */
  readonly printed?: 'pearson' | 'diffCos' | 'meanAbsoluteError';
}

const columns: readonly Column[] = [
  { title: 'Pearson', measure: 'pearson', printed: 'pearson' },
  { title: 'Spearman', measure: 'spearman' },
  { title: 'DiffCos', measure: 'diffCos', printed: 'diffCos' },
  { title: 'MAE', measure: 'meanAbsoluteError', printed: 'meanAbsoluteError' },
];

const amongWorking: readonly Column[] = [
  { title: 'Pearson', measure: 'workingPearson' },
  { title: 'Spearman', measure: 'workingSpearman' },
  { title: 'DiffCos', measure: 'workingDiffCos' },
  { title: 'MAE', measure: 'workingMeanAbsoluteError' },
];

export interface AgreementPlan {
  readonly strategies: readonly Strategy[];
  readonly settings: EvaluationSettings;
  /** Draws of the few-shot queries. */
  readonly draws: number;
  /** This many workflows at the start, which every method executes in full, are left out. */
  readonly after: number;
}

/** Replays the searches with each strategy: what each would have said about every workflow after the warm-up. */
export function agreementRows(searches: readonly RecordedSearch[], plan: AgreementPlan): ReplayRow[] {
  const prepared = prepareSearches(searches);
  const seeds = Array.from({ length: plan.draws }, (_, index) => index + 1);
  return plan.strategies.map((strategy) => {
    const replayPlan = planOf(strategy, plan.settings);
    const measures = prepared.map((search) => replaySeeds(search, replayPlan, seeds, plan.after));
    return rowOf(strategy, prepared, measures, 1);
  });
}

/** Table 3 over all workflows, with the paper's rows; and over those that work. */
export function agreementTables(rows: readonly ReplayRow[]): ResultTable[] {
  const printed = [...paperAgreement].map(
    ([name, figures]): ResultRow => ({
      name,
      source: 'paper',
      cells: columns.map(({ printed: field }) => (field === undefined ? undefined : { unit: 'number', value: figures[field] })),
    }),
  );
  const ours = tableOf('Agreement with full evaluation, all workflows', columns, rows);
  return [
    { ...ours, rows: [...ours.rows, ...printed] },
    tableOf('Agreement with full evaluation, workflows that work', amongWorking, rows),
  ];
}

function tableOf(title: string, shown: readonly Column[], rows: readonly ReplayRow[]): ResultTable {
  return {
    title,
    columns: shown.map((column) => column.title),
    rows: rows.map(({ strategy, pooled }) => ({
      name: strategy.name,
      source: 'ours',
      cells: shown.map(({ measure }) => figureOf(pooled[measure])),
    })),
  };
}

function figureOf(estimate: Estimate | undefined): Figure | undefined {
  return estimate && { unit: 'number', value: estimate.mean, low: estimate.low, high: estimate.high };
}

export function errorPlot(rows: readonly ReplayRow[]): IntervalPlot {
  return {
    kind: 'intervals',
    title: 'Mean absolute error against full evaluation',
    rows: rows.flatMap(({ strategy, pooled }) => {
      const figure = figureOf(pooled.meanAbsoluteError);
      return figure === undefined ? [] : [{ name: strategy.name, figure }];
    }),
  };
}

/** Each method next to the constant that costs nothing; a difference is stated only where the intervals do not overlap. */
export function describeAgreement(rows: readonly ReplayRow[], baseline: string): string[] {
  const constant = rows.find(({ strategy }) => strategy.name === baseline)?.pooled.meanAbsoluteError;
  if (constant === undefined) return [];
  return rows.flatMap(({ strategy, pooled }) => {
    const { meanAbsoluteError: error, pearson } = pooled;
    if (strategy.name === baseline || error === undefined) return [];
    const says = `${strategy.name}: MAE ${error.mean.toFixed(3)}`;
    const against = `the ${constant.mean.toFixed(3)} of a constant`;
    const verdict =
      error.high < constant.low ? 'below' : error.low > constant.high ? 'above' : 'which cannot be distinguished from';
    return [`${says}, ${verdict} ${against}; ${describeCorrelation(pearson)}.`];
  });
}

function describeCorrelation(pearson: Estimate | undefined): string {
  if (pearson === undefined) return 'no correlation can be given';
  const figure = `Pearson ${pearson.mean.toFixed(2)}`.replace('-', '−');
  if (pearson.low > 0) return `${figure}, above 0`;
  return pearson.high < 0 ? `${figure}, below 0` : `${figure}, which cannot be distinguished from 0`;
}
