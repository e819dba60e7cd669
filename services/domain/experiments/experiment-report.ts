/** What an experiment has to show: plain values, as experiment.json holds them. */
export interface ExperimentReport {
  readonly experiment: string;
  readonly title: string;
  /** A simulated model gave at least one answer, so nothing here is a result. */
  readonly simulated: boolean;
  /** What was run, on what, with what. */
  readonly setting: readonly string[];
  /** What the figures say, and nothing that they do not support. */
  readonly findings: readonly string[];
  readonly tables: readonly ResultTable[];
  readonly plots: readonly ResultPlot[];
  /** What a reader should know before believing a figure. */
  readonly remarks: readonly string[];
  readonly runs: readonly RunReference[];
}

export interface ResultTable {
  readonly title: string;
  /** Titles of the cells; the first column holds the rows' names. */
  readonly columns: readonly string[];
  readonly rows: readonly ResultRow[];
}

export interface ResultRow {
  readonly name: string;
  /** Whose figures these are: measured here, or printed in the paper. */
  readonly source: 'ours' | 'paper';
  /** Parallel to the table's columns; undefined where there is no figure. */
  readonly cells: readonly (Figure | undefined)[];
}

/**
 * - percent: of a score in [0, 1]; points: 100 x a difference of scores; share: of tokens, 1 is the same number
 * - probability: of a test
 * - number: anything else, in plain digits
 */
export type FigureUnit = 'percent' | 'points' | 'share' | 'tokens' | 'probability' | 'number';

export interface Figure {
  readonly unit: FigureUnit;
  readonly value: number;
  /** 95 %; absent where there is only a single value. */
  readonly low?: number;
  readonly high?: number;
}

export type ResultPlot = IntervalPlot | CurvePlot;

/** One line per row, a mark with its interval. */
export interface IntervalPlot {
  readonly kind: 'intervals';
  readonly title: string;
  readonly rows: readonly { readonly name: string; readonly figure: Figure }[];
}

/** Values over something that was varied. */
export interface CurvePlot {
  readonly kind: 'curves';
  readonly title: string;
  readonly across: string;
  readonly up: string;
  readonly unit: FigureUnit;
  readonly series: readonly { readonly name: string; readonly points: readonly CurvePoint[] }[];
}

export interface CurvePoint {
  readonly at: number;
  readonly figure: Figure;
}

/** A run that the figures rest on: `scale report`, `scale watch` and the others know it by this id. */
export interface RunReference {
  readonly runId: string;
  readonly what: string;
  readonly tokens: number;
}
