import type { MeasureName } from '../../domain/replay/measure.ts';
import type { ReplayReport, ReplayRow, ReplayTable } from '../../domain/replay/replay-report.ts';
import type { Estimate } from '../../domain/replay/summarise.ts';

export interface Column {
  readonly title: string;
  readonly measure: MeasureName;
  readonly digits: number;
}

const regret: Column = { title: 'regret (points)', measure: 'regret', digits: 2 };
const error: Column = { title: 'MAE', measure: 'meanAbsoluteError', digits: 3 };

const columnsByKind: Readonly<Record<ReplayTable['kind'], readonly Column[]>> = {
  scores: [
    error,
    { title: 'Pearson', measure: 'pearson', digits: 2 },
    { title: 'Spearman', measure: 'spearman', digits: 2 },
    { title: 'DiffCos', measure: 'diffCos', digits: 2 },
    { title: 'MAE, working', measure: 'workingMeanAbsoluteError', digits: 3 },
    { title: 'Pearson, working', measure: 'workingPearson', digits: 2 },
    { title: 'Spearman, working', measure: 'workingSpearman', digits: 2 },
    { title: 'DiffCos, working', measure: 'workingDiffCos', digits: 2 },
  ],
  picks: [
    regret,
    { title: 'within 1 point', measure: 'withinOnePoint', digits: 2 },
    { title: 'f spent', measure: 'spent', digits: 3 },
  ],
};

export function columnsOf(kind: ReplayTable['kind']): readonly Column[] {
  return columnsByKind[kind];
}

/** What the plots and the columns by source show. */
export function leadingColumn(kind: ReplayTable['kind']): Column {
  return kind === 'picks' ? regret : error;
}

export function sourcesOf(report: ReplayReport): string[] {
  return [...new Set(report.searches.map(({ source }) => source))];
}

export function estimateIn(row: ReplayRow, { measure }: Column, source?: string): Estimate | undefined {
  return source === undefined ? row.pooled[measure] : row.bySource.get(source)?.[measure];
}

/** E.g. "1.58 (1.43–1.71)"; a dash for what cannot be said. */
export function withInterval(estimate: Estimate | undefined, digits: number): string {
  if (estimate === undefined) return '–';
  return `${estimate.mean.toFixed(digits)} (${estimate.low.toFixed(digits)}–${estimate.high.toFixed(digits)})`;
}

export function plainFigure(estimate: Estimate | undefined, digits: number): string {
  return estimate === undefined ? '–' : estimate.mean.toFixed(digits);
}

export function describeReplay({ searches, seeds, firstSeed, after, simulatedPredictions }: ReplayReport): string[] {
  return [
    `${searches.length} searches of ${new Set(searches.map(({ source }) => source)).size} sources, each replayed with ${seeds} seeds from ${firstSeed} on. Pooled figures give each source the same weight; in brackets, 95 % intervals by bootstrap over seeds and over the searches of a source.`,
    `Truth is the mean over all recorded repeats, of which one is drawn for each workflow as what is executed. Scores are compared on the workflows after the first ${after}; working ones have at least half the truth of the best of their search.`,
    ...(simulatedPredictions
      ? [
          "S_pred is simulated with the paper's quality (Pearson .05, MAE .05 among working workflows): the rows of predicted and scale are not made with a real predictor.",
        ]
      : []),
  ];
}
