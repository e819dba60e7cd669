import { SlotTable } from './generated/scale/v1/slots.ts';
import { readVersionedMessage } from './read-message.ts';

export function encodeSlotTable(table: SlotTable): Uint8Array {
  return SlotTable.encode(table).finish();
}

/** @throws ContractError */
export function decodeSlotTable(bytes: Uint8Array): SlotTable {
  return readVersionedMessage('SlotTable', SlotTable, bytes);
}
