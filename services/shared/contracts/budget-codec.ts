import { BudgetTable } from './generated/scale/v1/budgets.ts';
import { readVersionedMessage, schemaVersion } from './read-message.ts';

export function encodeBudgetTable(table: BudgetTable): Uint8Array {
  return BudgetTable.encode(table).finish();
}

/** @throws ContractError */
export function decodeBudgetTable(bytes: Uint8Array): BudgetTable {
  return readVersionedMessage('BudgetTable', BudgetTable, bytes);
}

export function emptyBudgetTable(scope: string): BudgetTable {
  return {
    ...{ schemaVersion, scope, terms: undefined, holders: [], gone: [] },
    ...{ lost: undefined, noted: undefined, ends: [] },
  };
}
