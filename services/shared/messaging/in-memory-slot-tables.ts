import type { SlotTable } from '../contracts/generated/scale/v1/slots.ts';
import { schemaVersion } from '../contracts/read-message.ts';
import { decodeSlotTable, encodeSlotTable } from '../contracts/slots-codec.ts';
import type { SlotTableStore } from './bus.ts';
import { followStored } from './in-memory-follow.ts';
import { type InMemoryPart, requireOpen, type Stored, type World } from './in-memory-world.ts';
import { slotsKey } from './subjects-and-streams.ts';

export function createInMemorySlotTables(world: World): InMemoryPart<SlotTableStore> {
  const stored = new Map<string, Stored>();
  const bell = world.hangBell();
  const read = (endpoint: string): SlotTable => {
    const found = stored.get(slotsKey(endpoint));
    return found ? decodeSlotTable(found.bytes) : { schemaVersion, endpoint, holders: [] };
  };
  return {
    wipe: () => stored.clear(),
    open: (client) => ({
      async update(endpoint, change) {
        requireOpen(client, `update the slots of ${endpoint}`);
        const known = read(endpoint);
        const table = change(known);
        if (table === known) return known;
        stored.set(slotsKey(endpoint), { sequence: world.nextSequence(), bytes: encodeSlotTable(table) });
        bell.ring();
        return table;
      },
      async *watch(signal) {
        for await (const { bytes } of followStored({ world, bell, client }, stored, '', signal)) yield decodeSlotTable(bytes);
      },
    }),
  };
}
