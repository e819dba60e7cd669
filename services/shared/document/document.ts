import type { Figure } from './figure.ts';
import type { Plot } from './plot.ts';

/** What stands at the top of every form of a document whose figures a simulated model gave. */
export const simulatedWarning =
  'Simulated model: not a result. The answers were made up by a program, so nothing here says anything about a real model.';

/**
 * What there is to say, before it is HTML, Markdown or lines of a terminal: plain values alone, so it can be sent as it is. Texts may
 * come from models and strangers; making them harmless is the writers' work, and nobody else's.
 */
export interface Document {
  /** Names its files: report.html, report.md beside report.json. */
  readonly name: string;
  readonly title: string;
  /** A simulated model gave at least one answer: nothing here is a result. */
  readonly simulated: boolean;
  /** Before all sections. A terminal shows its lists last, nearest to where people read on. */
  readonly header: readonly Block[];
  readonly sections: readonly Section[];
}

export interface Section extends Placed {
  /** One word or several with hyphens; no other section's or plot's. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

interface Placed {
  /** For files; on a terminal it would drown the rest. */
  readonly filesOnly?: true;
}

export type Block = Placed & (Text | Facts | List | Table | Listing | Plot | Beside);

export interface Text {
  readonly kind: 'text';
  readonly text: string;
}

/** What has a name and is told in a few words. */
export interface Facts {
  readonly kind: 'facts';
  readonly facts: readonly Fact[];
}

export interface Fact {
  readonly label: string;
  readonly text: string;
  /** The one figure of the text that a page may show large. */
  readonly figure?: string;
}

export interface List {
  readonly kind: 'list';
  /** Before each item where a list has no heading, e.g. "Note". */
  readonly label?: string;
  readonly items: readonly string[];
}

export interface Table {
  readonly kind: 'table';
  readonly title?: string;
  /** Shown when asked for, where a form can do that; never on a terminal. */
  readonly folded?: true;
  /** What the rows' names are; "" where they say so themselves. */
  readonly of: string;
  /** Beside the first one, which holds the rows' names. */
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Column extends Placed {
  readonly name: string;
  /** Holds texts; else figures. */
  readonly text?: true;
  /** Without intervals on a terminal. */
  readonly brief?: true;
}

export interface Row {
  readonly name: string;
  /** Parallel to the columns. */
  readonly cells: readonly Cell[];
  /** Adds up the rows above. */
  readonly total?: true;
}

/** A list is lines of one cell. What cannot be said is undefined, which JSON makes null. */
export type Cell = Figure | string | readonly string[] | null | undefined;

/** A text that keeps its lines and signs, such as a program. */
export interface Listing {
  readonly kind: 'listing';
  readonly language: 'yaml' | 'json' | 'mermaid';
  readonly text: string;
  /** Folded under this title; see Table. */
  readonly folded?: string;
}

/** Side by side where there is room. */
export interface Beside {
  readonly kind: 'beside';
  readonly blocks: readonly Block[];
}
