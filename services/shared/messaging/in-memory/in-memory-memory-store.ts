import { decodeRunMemory, encodeRunMemory } from '../../contracts/memory-codec.ts';
import type { MemoryStore } from '../memory-store.ts';
import { lastToken, subjects, token } from '../subjects-and-streams.ts';
import { type PartOfRuns, requireOpen, type Stored, type World } from './in-memory-world.ts';

export function createInMemoryMemory(world: World): PartOfRuns<MemoryStore> {
  const memory = world.shelf<Stored & { readonly timeMs: number }>();
  const forget = (runId: string): boolean => {
    const found = [...memory.keys()].filter((subject) => lastToken(subject) === runId);
    return found.map((subject) => memory.delete(subject)).length > 0;
  };
  return {
    wipe: () => memory.clear(),
    remove: forget,
    open: (client) => ({
      async keep(kept) {
        const subject = subjects.memory(kept.queriesHash, kept.runId);
        requireOpen(client, `publish ${subject}`);
        memory.set(subject, { sequence: world.nextSequence(), timeMs: world.timing.wallMs(), bytes: encodeRunMemory(kept) });
      },
      async list(queriesHash) {
        requireOpen(client, 'list memory');
        const prefix = queriesHash === undefined ? '' : subjects.memory(queriesHash, 'x').slice(0, -1);
        return [...memory]
          .filter(([subject]) => subject.startsWith(prefix))
          .sort(([, a], [, b]) => b.sequence - a.sequence)
          .map(([, { timeMs, bytes }]) => ({ keptAtMs: timeMs, memory: decodeRunMemory(bytes) }));
      },
      async forget(runId) {
        const last = token(runId);
        requireOpen(client, `forget ${last}`);
        return forget(last);
      },
    }),
  };
}
