import type { Mark } from '../../domain/evaluation/mark.ts';
import type { Phase } from '../../domain/run/ledger/token-use.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import type { Figure, Unit } from './figure.ts';

/** What is drawn, as plain values. A new kind is one interface here, one file in plots/ and one line in plots/draw-plot.ts. */
export type Plot = MarksPlot | BarsPlot | IntervalsPlot | CurvesPlot | TreePlot | MatrixPlot | WorkflowPlot;

interface Drawn {
  /** Unique among the document's plots and sections. */
  readonly id: string;
  readonly title: string;
  /** For those who cannot see it. */
  readonly description?: string;
  readonly caption?: string;
}

export interface Axis {
  readonly label: string;
  readonly unit: Unit;
  readonly domain: readonly [number, number];
}

/** Marked points between two axes. */
export interface MarksPlot extends Drawn {
  readonly kind: 'marks';
  readonly size: 'wide' | 'middle' | 'square';
  readonly across: Axis;
  readonly up: Axis;
  readonly series: readonly MarkSeries[];
  /** The corners of a line of steps, each reaching to the next one's place. */
  readonly steps?: readonly Place[];
  /** Where both axes have the same value. */
  readonly diagonal?: true;
  /** Parts of the horizontal axis, by what they are spent on. */
  readonly ribbon?: readonly (Spent & { readonly from: number })[];
}

export interface Place {
  readonly across: number;
  readonly up: number;
}

export interface MarkSeries {
  readonly name: string;
  readonly mark: Mark;
  /** A thin line from point to point. */
  readonly joined?: true;
  readonly points: readonly (Place & { readonly title: string; readonly label?: string })[];
}

export interface Spent {
  readonly phase: Phase;
  readonly amount: number;
  readonly title: string;
}

/** Amounts from zero on, one bar per row. */
export interface BarsPlot extends Drawn {
  readonly kind: 'bars';
  readonly rows: readonly {
    readonly name: string;
    /** At the bar's end. */
    readonly label: string;
    /** What it consists of, or one estimated amount. */
    readonly parts: readonly Spent[] | { readonly amount: number; readonly title: string };
  }[];
}

/** One line per row: a value with its interval. */
export interface IntervalsPlot extends Drawn {
  readonly kind: 'intervals';
  /** So that lengths may be compared. */
  readonly fromZero?: true;
  readonly rows: readonly { readonly name: string; readonly figure: Figure }[];
}

/** Values with their intervals over something that was varied. */
export interface CurvesPlot extends Drawn {
  readonly kind: 'curves';
  readonly across: string;
  readonly up: string;
  readonly unit: Unit;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly { readonly at: number; readonly figure: Figure }[];
  }[];
}

/** Which node came from which. The first node is the root. */
export interface TreePlot extends Drawn {
  readonly kind: 'tree';
  readonly nodes: readonly TreeNode[];
}

export interface TreeNode {
  readonly id: number;
  readonly parent?: number;
  readonly name: string;
  readonly figure: string;
  readonly note: string;
  readonly mark?: Mark;
  readonly title: string;
  /** From the lowest to the highest of all, in [0, 1]; absent without a score. */
  readonly share?: number;
  readonly best?: boolean;
  /** On the way from the root to the best. */
  readonly onLine?: boolean;
}

export const cellStates = ['right', 'partial', 'wrong', 'failed', 'none'] as const;
export type CellState = (typeof cellStates)[number];

export interface MatrixPlot extends Drawn {
  readonly kind: 'matrix';
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly CellState[] }[];
  /** Below the columns. */
  readonly note: string;
}

export interface WorkflowPlot extends Drawn {
  readonly kind: 'workflow';
  readonly workflow: Workflow;
}
