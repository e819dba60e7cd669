import type { MeasureName } from '../../domain/replay/measure.ts';
import type { ReplayReport, ReplayRow, ReplayTable } from '../../domain/replay/replay-report.ts';
import type { Estimate } from '../../domain/replay/summarise.ts';
import type { Column, Document, Section, Table } from '../../shared/document/document.ts';
import type { Figure } from '../../shared/document/figure.ts';

/** A replay as every form shows it. */
export function replayToDocument(report: ReplayReport): Document {
  const sources = [...new Set(report.searches.map(({ source }) => source))];
  return {
    name: 'replay',
    title: 'Replay of recorded searches',
    simulated: false,
    header: describeReplay(report, sources).map((text) => ({ kind: 'text', text })),
    sections: [
      ...report.tables.map((table, index) => resultSection(table, sources, `table-${index + 1}`)),
      { id: 'searches', title: 'Searches', filesOnly: true, blocks: [searchTable(report)] },
    ],
  };
}

interface MeasureColumn {
  readonly name: string;
  readonly measure: MeasureName;
  readonly digits: number;
}

/** The first of each leads: it is plotted, and shown by source. */
const columnsByKind: Readonly<Record<ReplayTable['kind'], readonly [MeasureColumn, ...MeasureColumn[]]>> = {
  scores: [
    { name: 'MAE', measure: 'meanAbsoluteError', digits: 3 },
    { name: 'Pearson', measure: 'pearson', digits: 2 },
    { name: 'Spearman', measure: 'spearman', digits: 2 },
    { name: 'DiffCos', measure: 'diffCos', digits: 2 },
    { name: 'MAE, working', measure: 'workingMeanAbsoluteError', digits: 3 },
    { name: 'Pearson, working', measure: 'workingPearson', digits: 2 },
    { name: 'Spearman, working', measure: 'workingSpearman', digits: 2 },
    { name: 'DiffCos, working', measure: 'workingDiffCos', digits: 2 },
  ],
  picks: [
    { name: 'regret (points)', measure: 'regret', digits: 2 },
    { name: 'within 1 point', measure: 'withinOnePoint', digits: 2 },
    { name: 'cost of an answer', measure: 'cost', digits: 2 },
    { name: 'f spent', measure: 'spent', digits: 3 },
    { name: 'steps of the pick', measure: 'pickSteps', digits: 1 },
  ],
};

function resultSection({ kind, title, rows }: ReplayReport['tables'][number], sources: readonly string[], id: string): Section {
  const measures = columnsByKind[kind];
  const [leading, ...others] = measures;
  const columns: Column[] = [
    { name: leading.name },
    ...others.map(({ name }): Column => ({ name, brief: true })),
    ...sources.map((source) => ({ name: `${leading.name}: ${source}` })),
  ];
  return {
    id,
    title,
    blocks: [
      {
        kind: 'intervals',
        id: `${id}-plot`,
        title: leading.name,
        caption: `${leading.name}: pooled mean and 95 % interval; smaller is better.`,
        fromZero: true,
        rows: rows.flatMap((row) => {
          const figure = figureOf(row.pooled[leading.measure], leading.digits);
          return figure === undefined ? [] : [{ name: row.strategy.name, figure }];
        }),
      },
      {
        kind: 'table',
        of: '',
        columns,
        rows: rows.map((row) => ({ name: row.strategy.name, cells: cellsOf(row, measures, sources) })),
      },
    ],
  };
}

function cellsOf(
  { pooled, bySource }: ReplayRow,
  measures: (typeof columnsByKind)[ReplayTable['kind']],
  sources: readonly string[],
): (Figure | undefined)[] {
  const [leading] = measures;
  return [
    ...measures.map(({ measure, digits }) => figureOf(pooled[measure], digits)),
    ...sources.map((source) => meanOf(bySource.get(source)?.[leading.measure], leading.digits)),
  ];
}

function figureOf(estimate: Estimate | undefined, digits: number): Figure | undefined {
  return estimate && { unit: 'number', value: estimate.mean, low: estimate.low, high: estimate.high, digits };
}

function meanOf(estimate: Estimate | undefined, digits: number): Figure | undefined {
  return estimate && { unit: 'number', value: estimate.mean, digits };
}

function searchTable({ searches }: ReplayReport): Table {
  const names = ['workflows', 'working', 'queries', 'repeats', 'best truth'];
  return {
    kind: 'table',
    of: 'search',
    columns: names.map((name) => ({ name })),
    rows: searches.map(({ name, workflows, working, queries, repeats: [fewest, most], bestTruth }) => ({
      name,
      cells: [
        { unit: 'count', value: workflows },
        { unit: 'count', value: working },
        { unit: 'count', value: queries },
        fewest === most ? `${most}` : `${fewest}–${most}`,
        { unit: 'number', value: bestTruth, digits: 3 },
      ],
    })),
  };
}

function describeReplay(
  { searches, seeds, firstSeed, after, simulatedPredictions }: ReplayReport,
  sources: readonly string[],
): string[] {
  return [
    `${searches.length} searches of ${sources.length} sources, each replayed with ${seeds} seeds from ${firstSeed} on. Pooled figures give each source the same weight; in brackets, 95 % intervals by bootstrap over seeds and over the searches of a source.`,
    `Truth is the mean over all recorded repeats; for each workflow, one of them is drawn to give the results of its executions. Scores are compared on the workflows after the first ${after}; working ones have at least half the truth of the best of their search.`,
    ...(simulatedPredictions
      ? [
          "S_pred is simulated with the paper's quality (Pearson .05, MAE .05 among working workflows): the rows of predicted and scale are not made with a real predictor.",
        ]
      : []),
  ];
}
