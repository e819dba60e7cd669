import { decodeRunMemory, encodeRunMemory } from '../../contracts/memory-codec.ts';
import type { BlobStore } from '../bus.ts';
import type { MemoryStore } from '../memory-store.ts';
import { publishOnce } from '../session/nats-publish.ts';
import { readLastOfEach } from '../session/nats-read.ts';
import { type NatsSession, untilDone } from '../session/nats-session.ts';
import { streams, subjects } from '../subjects-and-streams.ts';
import { carriedBy, carryBody, fetchBody } from './large-body.ts';

/** One message per run, under the hash of its queries; a newer one replaces the older. */
export function createNatsMemoryStore(session: NatsSession, blobs: BlobStore): MemoryStore {
  return {
    async keep(memory) {
      const subject = subjects.memory(memory.queriesHash, memory.runId);
      const body = await carryBody(blobs, encodeRunMemory(memory));
      const { data, headers } = body;
      await untilDone(session, `publish ${subject}`, () => publishOnce(session, subject, data, headers));
    },

    async list(queriesHash) {
      const filter = queriesHash === undefined ? subjects.allMemory : subjects.memoryOfQueries(queriesHash);
      const messages = await readLastOfEach(session, streams.memory, filter);
      const kept = messages
        .sort((a, b) => b.seq - a.seq)
        .map(async (message) => ({
          keptAtMs: message.time.getTime(),
          memory: decodeRunMemory(await fetchBody(blobs, carriedBy(message))),
        }));
      return await Promise.all(kept);
    },

    async forget(runId) {
      const filter = subjects.memoryOfRun(runId);
      const purge = () => session.manager.streams.purge(streams.memory, { filter });
      return (await untilDone(session, `purge ${filter}`, purge)).purged > 0;
    },
  };
}
