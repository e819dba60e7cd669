import { decodeBudgetTable, emptyBudgetTable, encodeBudgetTable } from '../contracts/budget-codec.ts';
import type { BudgetTable } from '../contracts/generated/scale/v1/budgets.ts';
import type { SlotTable } from '../contracts/generated/scale/v1/slots.ts';
import { schemaVersion } from '../contracts/read-message.ts';
import { decodeSlotTable, encodeSlotTable } from '../contracts/slots-codec.ts';
import { type StreamName, streams, subjects, tableKey } from './subjects-and-streams.ts';

/** What tables of one kind are called, where they lie, and how they are written. */
export interface TableKind<Table> {
  readonly stream: StreamName;
  readonly filter: string;
  keyOf(name: string): string;
  empty(name: string): Table;
  encode(table: Table): Uint8Array;
  decode(bytes: Uint8Array): Table;
  /** For messages, e.g. "the slots of". */
  readonly what: string;
}

export const slotTables: TableKind<SlotTable> = {
  stream: streams.slots,
  filter: subjects.slotTables,
  keyOf: tableKey,
  empty: (endpoint) => ({ schemaVersion, endpoint, holders: [] }),
  encode: encodeSlotTable,
  decode: decodeSlotTable,
  what: 'the slots of',
};

export const budgetTables: TableKind<BudgetTable> = {
  stream: streams.budgets,
  filter: subjects.budgetTables,
  keyOf: tableKey,
  empty: emptyBudgetTable,
  encode: encodeBudgetTable,
  decode: decodeBudgetTable,
  what: 'the budget of',
};
