import type { TableKind } from '../table-kinds.ts';
import type { TableStore } from '../table-store.ts';
import { followStored } from './in-memory-follow.ts';
import { type InMemoryPart, requireOpen, type Stored, type World } from './in-memory-world.ts';

export function createInMemoryTables<Table>(world: World, kind: TableKind<Table>): InMemoryPart<TableStore<Table>> {
  const stored = world.shelf<Stored>();
  const bell = world.hangBell();
  return {
    wipe: () => stored.clear(),
    open: (client) => ({
      async update(name, change) {
        requireOpen(client, `update ${kind.what} ${name}`);
        const found = stored.get(kind.keyOf(name));
        const known = found ? kind.decode(found.bytes) : kind.empty(name);
        const table = change(known);
        if (table === known) return known;
        stored.set(kind.keyOf(name), { sequence: world.nextSequence(), bytes: kind.encode(table) });
        bell.ring();
        return table;
      },
      async *watch(signal) {
        for await (const { bytes } of followStored({ world, bell, client }, stored, '', signal)) yield kind.decode(bytes);
      },
    }),
  };
}
