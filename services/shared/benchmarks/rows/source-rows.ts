import type { TableFormat } from './find-table.ts';
import type { RowFault, RowPlace } from './row-faults.ts';

/** A row of a data file, as written there. */
export interface SourceRow {
  readonly file: string;
  readonly at: RowPlace;
  /** By column. A JSON number is the text that it was written as. */
  readonly cells: Readonly<Record<string, unknown>>;
}

/** How a data file is written; what is not said is found by looking. */
export interface DataFormat extends TableFormat {
  /** Of a JSON file: where in it the list of rows is, as in `data.questions`. */
  readonly rows?: string | undefined;
}

export interface ReadRows {
  readonly rows: readonly SourceRow[];
  /** Rows that cannot be read. */
  readonly faults: readonly RowFault[];
  /** All that some row has. */
  readonly columns: readonly string[];
  /** Of a table of texts: what separates its cells. */
  readonly separator?: string;
}
