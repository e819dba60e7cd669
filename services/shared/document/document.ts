import type { Figure } from './figure.ts';
import type { Plot } from './plot.ts';

/** Shown at the top of every form of a document whose figures come from a simulated model. */
export const simulatedWarning =
  'Simulated model: not a result. The answers were made up by a program, so nothing here says anything about a real model.';

/**
 * The content, before it becomes HTML, Markdown or terminal lines: plain values only, so it can be sent as is. Texts may come
 * from models and strangers; making them harmless is the job of the writers and of no one else.
 */
export interface Document {
  /** Names its files: report.html and report.md next to report.json. */
  readonly name: string;
  readonly title: string;
  /** A simulated model gave at least one answer: nothing here is a result. */
  readonly simulated: boolean;
  /** Before all sections. A terminal shows its lists last, closest to where people continue reading. */
  readonly header: readonly Block[];
  readonly sections: readonly Section[];
}

export interface Section extends Placed {
  /** One or more hyphenated words; unique among sections and plots. */
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

/** Something with a name and a short description. */
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
  /** What the rows' names are; "" if that is obvious. */
  readonly of: string;
  /** In addition to the first one, which holds the rows' names. */
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Column extends Placed {
  readonly name: string;
  /** Holds texts; otherwise figures. */
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

/** A list is the lines of one cell. An unknown value is undefined, which JSON turns into null. */
export type Cell = Figure | string | readonly string[] | null | undefined;

/** A text that keeps its lines and characters, such as a program. */
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
