import { decodeBudgetTable, emptyBudgetTable, encodeBudgetTable } from '../../contracts/budget-codec.ts';
import type { BudgetTable } from '../../contracts/generated/scale/v1/budgets.ts';
import type { SlotTable } from '../../contracts/generated/scale/v1/slots.ts';
import { schemaVersion } from '../../contracts/read-message.ts';
import { decodeSlotTable, encodeSlotTable } from '../../contracts/slots-codec.ts';
import { streams, subjects, tableKey } from '../subjects-and-streams.ts';
import type { TableKind } from './nats-tables.ts';

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
