import type { BudgetTable } from '../contracts/generated/scale/v1/budgets.ts';
import type { SlotTable } from '../contracts/generated/scale/v1/slots.ts';

/** Tables that several change together, by their names. What their holders do with them is decided elsewhere. */
export interface TableStore<Table> {
  /**
   * Changes a table, whoever else changes it at the same time: `change` is called again, with what is there then, if another
   * writer came first. It gets an empty table where there is none. What it returns unchanged is not written. Resolves with the
   * table that stands.
   */
  update(name: string, change: (table: Table) => Table): Promise<Table>;
  /** Every table, then each change, until the signal aborts. Starts over when the store is recreated. */
  watch(signal: AbortSignal): AsyncIterable<Table>;
}

/** Who may have how many calls in flight at each endpoint: services/shared/models. */
export type SlotTableStore = TableStore<SlotTable>;

/** What may be spent in each scope, and what is: services/shared/budgets. */
export type BudgetTableStore = TableStore<BudgetTable>;
