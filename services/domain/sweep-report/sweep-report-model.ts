import type { FailureKind } from '../failure.ts';
import type { FailureClass } from '../failure-class.ts';
import type { Money } from '../prices/money-of.ts';
import type { CallsAtOnce } from '../report/calls-at-once.ts';
import type { SeedsInterval } from '../statistics/crossed-interval.ts';
import type { CellRun, CellStatus, Repeated, ReportedCell, RunScore, TestScore } from './reported-cell.ts';

export const sweepReportFormat = 1;

/** What a report says about a sweep, ready to be rendered: plain values only, and sweep.json is exactly this. */
export interface SweepReport {
  readonly format: typeof sweepReportFormat;
  readonly sweep: SweepFacts;
  /** Cells have not all come to an end: figures may change. */
  readonly partial: boolean;
  /** A simulated model gave at least one answer, so nothing here is a result. */
  readonly simulated: boolean;
  readonly cellsByStatus: Readonly<Partial<Record<CellStatus, number>>>;
  readonly total: SweepTotal;
  /** Cells that differ in nothing but their seed. */
  readonly groups: readonly GroupReport[];
  readonly comparisons: readonly ValueComparison[];
  readonly cells: readonly CellReport[];
  /** Over all cells. */
  readonly repeated: readonly (Repeated & InCells)[];
  readonly failures: readonly FailureOfCells[];
  /** Sentences that a reader should know before believing a figure. */
  readonly remarks: readonly string[];
}

export interface SweepFacts {
  readonly sweepId: string;
  readonly name: string;
  readonly status: string;
  /** Why it does not go on, where it does not. */
  readonly reason?: string;
  readonly axes: readonly SweepAxis[];
}

export interface SweepAxis {
  /** The setting that it varies, such as `evaluation.method`. */
  readonly name: string;
  /** Labels of its values, in the order of the sweep's file. */
  readonly values: readonly string[];
}

/** Of all runs of all cells, whatever became of them. */
export interface SweepTotal {
  /** Charged, without tests. */
  readonly tokens: number;
  readonly testTokens: number;
  /** Paid for, without tests; absent if it is unknown of a cell. */
  readonly spentTokens?: number;
  /** Of the cells that know it: money of what was charged, paid for, and of tests. Absent where none does. */
  readonly money?: Money;
  readonly spentMoney?: Money;
  readonly testMoney?: Money;
  /** Cells with a run that has used tokens and whose money is not known, so that it is in no sum. */
  readonly cellsWithoutMoney: number;
  /** Added up over the cells: longer than the sweep took, if several ran at once. */
  readonly wallMs: number;
  /** On average over the time in which a run went on. Absent where it is not known of each run that has used tokens. */
  readonly callsAtOnce?: readonly CallsAtOnce[];
}

export interface GroupReport {
  /** The label of its value on each axis but the seed's. */
  readonly values: Readonly<Record<string, string>>;
  /** Of the cells whose figures these are: those that are completed. */
  readonly seeds: readonly string[];
  readonly cells: number;
  /** Those that the sweep has in this group, in whatever state. */
  readonly ofCells: number;
  /** Of the runs' own scores, over seeds. */
  readonly score?: GroupScore;
  /** On the test, over seeds and queries together. */
  readonly test?: GroupScore;
  readonly tokens?: SeedsInterval;
  readonly spentTokens?: SeedsInterval;
  /** Charged, in the report's currency; absent where a price is not known. */
  readonly money?: SeedsInterval;
  readonly wallMs?: SeedsInterval;
}

export interface GroupScore extends SeedsInterval {
  /** Cells that have such a score. */
  readonly cells: number;
  /** The fewest that one of these scores stands on. */
  readonly queries: number;
  readonly ofQueries: number;
  readonly methods: readonly string[];
}

/** Two values of an axis, over the cells that agree in all the rest. */
export interface ValueComparison {
  readonly axis: string;
  readonly a: string;
  readonly b: string;
  /** What is compared: scores on a test, query by query; or, without one, those that runs give themselves, run by run. */
  readonly basis: 'test' | 'search';
  /** Pairs of cells that the figures rest on. */
  readonly pairs: number;
  /** Pairs that the sweep has. */
  readonly ofPairs: number;
  /** On which both of each pair have a score; absent where runs are compared. */
  readonly queries?: number;
  /** Of the scores, b minus a. */
  readonly difference: SeedsInterval;
  /** Two-sided; absent for a single pair of runs, of which no test can be made. */
  readonly pValue?: number;
  /** Holm's, over all tests of the report. */
  readonly adjustedPValue?: number;
  /** Tokens of b over those of a. */
  readonly tokenRatio?: SeedsInterval;
  /** Which one is better, if the adjusted test and the interval agree that one is. */
  readonly verdict: 'a' | 'b' | 'undecided';
}

export interface CellReport extends Omit<ReportedCell, 'run'> {
  readonly run?: Omit<CellRun, 'score' | 'test' | 'timedCalls'> & {
    readonly score?: Omit<RunScore, 'byQuery'>;
    readonly test?: Omit<TestScore, 'byQuery'>;
  };
}

interface InCells {
  /** Cells in which it happened. */
  readonly cells: number;
}

export interface FailureOfCells extends InCells {
  readonly kind: FailureKind;
  readonly class: FailureClass;
  /** Such an execution is one that the workflow failed; otherwise it says nothing about the workflow, and has no score. */
  readonly countsAsWrong: boolean;
  readonly count: number;
  /** One of its messages. */
  readonly example: string;
}
