import type { MemoryRow } from '../../domain/run/outcomes/outcome-row.ts';
import { RunMemory } from './generated/scale/v1/control.ts';
import type { MemoryRow as ProtoMemoryRow } from './generated/scale/v1/event.ts';
import { readVersionedMessage } from './read-message.ts';

/** What the cluster remembers of one run. */
export function encodeRunMemory(memory: RunMemory): Uint8Array {
  return RunMemory.encode(memory).finish();
}

/** @throws ContractError */
export function decodeRunMemory(bytes: Uint8Array): RunMemory {
  return readVersionedMessage('RunMemory', RunMemory, bytes);
}

export function memoryRowToProto(row: MemoryRow): ProtoMemoryRow {
  return { ...row, queries: [...row.queries], scores: [...row.scores] };
}
