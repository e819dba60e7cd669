import { createHash } from 'node:crypto';
import type { ObjectStore } from '@nats-io/obj';
import type { BlobStore } from './bus.ts';
import { BlobMissingError, BusError } from './errors.ts';
import { type NatsSession, untilDone, within } from './nats-session.ts';

/** Reading a blob goes through a consumer that may stall in an outage: then it is read anew. */
const readTimeoutMs = 10_000;

export function createNatsBlobStore(session: NatsSession, store: ObjectStore): BlobStore {
  return {
    async put(content) {
      const name = createHash('sha256').update(content).digest('hex');
      return await untilDone(session, `put blob ${name}`, async () => {
        // A blob that is there is left alone: putting it again would take its chunks from those who are reading them.
        const present = await store.info(name);
        if (!present || present.deleted || present.size !== content.length) await store.putBlob({ name }, content);
        return name;
      });
    },

    async get(name) {
      const operation = `get blob ${name}`;
      return await untilDone(session, operation, async () => {
        const object = await store.get(name);
        if (!object) throw new BlobMissingError(name);
        const content = await within(operation, readTimeoutMs, readAll(object.data));
        const found = createHash('sha256').update(content).digest('hex');
        if (found !== name) throw new BusError(operation, `its content has another hash, ${found}`);
        return content;
      });
    },
  };
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
