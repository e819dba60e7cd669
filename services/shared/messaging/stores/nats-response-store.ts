import { headers, millis } from 'nats';
import type { ResponseStore } from '../response-store.ts';
import { publishOnce } from '../session/nats-publish.ts';
import { readLastOnce } from '../session/nats-read.ts';
import { type NatsSession, untilDone } from '../session/nats-session.ts';
import { streams, subjects } from '../subjects-and-streams.ts';

/** Far below the server's max_payload (1 MB by default). Not in blobs: where those are full, runs stop. */
const partBytes = 512 * 1024;
const partsHeader = 'Scale-Parts';
/** Longer than a lookup takes on a busy server, shorter than a call of a model. */
const patienceMs = 3_000;

/** One message per reply; what does not fit into it stands under subjects of its own in the same stream. */
export function createNatsResponseStore(session: NatsSession): ResponseStore {
  const tried = <T>(operation: string, action: () => Promise<T>) => untilDone(session, operation, action, patienceMs);
  const info = (filter?: string) =>
    session.manager.streams.info(streams.responses, filter === undefined ? {} : { subjects_filter: filter });
  const count = async () => {
    const [{ state, config }, parts] = await Promise.all([info(), info(subjects.allResponseParts)]);
    return { replies: state.messages - Object.keys(parts.state.subjects ?? {}).length, state, config };
  };
  return {
    async put(key, entry) {
      const [first, ...rest] = partsOf(entry);
      const publish = (subject: string, body: Uint8Array, parts: number) => {
        const told = headers();
        told.set(partsHeader, String(parts));
        return tried(`publish ${subject}`, () => publishOnce(session, subject, body, told));
      };
      // The first comes last: who finds it finds the rest.
      await Promise.all(rest.map((body, index) => publish(subjects.responsePart(key, index + 1), body, 1)));
      await publish(subjects.response(key), first, rest.length + 1);
    },

    async get(key) {
      const read = (subject: string) => tried(`read ${subject}`, () => readLastOnce(session, streams.responses, subject));
      const first = await read(subjects.response(key));
      if (first === undefined) return undefined;
      const more = Math.max(0, Number(first.header.get(partsHeader) || 1) - 1);
      const rest = await Promise.all(Array.from({ length: more }, (_, index) => read(subjects.responsePart(key, index + 1))));
      const parts = [first, ...rest].map((message) => message?.data ?? new Uint8Array());
      return { keptAtMs: first.time.getTime(), entry: Buffer.concat(parts) };
    },

    async size() {
      const { replies, state, config } = await tried('look at the response cache', count);
      return { replies, bytes: state.bytes, maxBytes: config.max_bytes, maxAgeMs: millis(config.max_age) };
    },

    async clear() {
      return await tried('clear the response cache', async () => {
        const { replies } = await count();
        await session.manager.streams.purge(streams.responses);
        return replies;
      });
    },
  };
}

function partsOf(entry: Uint8Array): [Uint8Array, ...Uint8Array[]] {
  const later = Array.from({ length: Math.max(0, Math.ceil(entry.length / partBytes) - 1) }, (_, index) =>
    entry.subarray((index + 1) * partBytes, (index + 2) * partBytes),
  );
  return [entry.subarray(0, partBytes), ...later];
}
