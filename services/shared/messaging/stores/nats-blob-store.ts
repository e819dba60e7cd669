import type { ObjectStore } from '@nats-io/obj';
import { blobName } from '../blob-name.ts';
import type { BlobStore } from '../bus.ts';
import { BlobMissingError, BusError } from '../errors.ts';
import { mayPurge } from '../nats-permissions.ts';
import { isWrongLastSequence } from '../session/nats-errors.ts';
import { publishAfter, publishOnce } from '../session/nats-publish.ts';
import { readLastOnce } from '../session/nats-read.ts';
import { type NatsSession, untilDone, within } from '../session/nats-session.ts';
import { streams, subjects } from '../subjects-and-streams.ts';
import { collectBlobs } from './nats-blob-collector.ts';
import { chunksOf, metaOf, type ObjectMeta, readMeta, rollUp, type StoredMeta } from './nats-object.ts';

/** Reading a blob goes through a consumer that may stall in an outage: then it is read again. */
const readTimeoutMs = 10_000;
/** Chunks in flight at a time: they keep their order on the one connection. */
const chunksAtOnce = 8;

/**
 * Blobs in the layout of a NATS object store, read with its client and written with conditions that it does not have: the first
 * to publish a blob's description wins, and a later writer removes its own chunks again.
 */
export function createNatsBlobStore(session: NatsSession, store: ObjectStore, touchAfterMs = 20 * 60_000): BlobStore {
  // Equal content that one process puts several times at once is put only once.
  const underWay = new Map<string, Promise<string>>();
  const put = async (name: string, content: Uint8Array): Promise<string> => {
    await untilDone(session, `put blob ${name}`, async () => {
      const present = await readMeta(session, name);
      if (present?.isWhole && present.size === content.length) await touch(session, present, touchAfterMs);
      else await write(session, name, content, present);
    });
    return name;
  };
  const blobs: BlobStore = {
    put(content) {
      const name = blobName(content);
      const known = underWay.get(name);
      if (known) return known;
      const putting = put(name, content).finally(() => underWay.delete(name));
      underWay.set(name, putting);
      return putting;
    },

    async get(name) {
      const operation = `get blob ${name}`;
      return await untilDone(session, operation, async () => {
        const small = await readOneChunk(session, name);
        if (small !== undefined) return small;
        const present = await readMeta(session, name);
        if (!present?.isWhole) throw new BlobMissingError(name);
        const object = await store.get(name);
        if (!object) throw new BlobMissingError(name);
        const content = await within(operation, readTimeoutMs, readAll(object.data));
        const found = blobName(content);
        if (found !== name) throw new BusError(operation, `its content has a different hash, ${found}`);
        return content;
      });
    },

    collect: (settings, signal) => collectBlobs(session, blobs, settings, signal),
  };
  return blobs;
}

/**
 * The content of a blob that is one chunk, as prompts and workflows are, in two requests: the client of object stores takes five,
 * a consumer among them. Undefined for any other, and for one that is not as it should be.
 */
async function readOneChunk(session: NatsSession, name: string): Promise<Uint8Array | undefined> {
  const description = await readLastOnce(session, streams.blobs, subjects.blobMeta(name));
  const { nuid = '', chunks, deleted = false } = description?.json<Partial<ObjectMeta>>() ?? {};
  if (nuid === '' || chunks !== 1 || deleted) return undefined;
  const chunk = await readLastOnce(session, streams.blobs, subjects.blobChunks(nuid));
  const isIt = chunk !== undefined && blobName(chunk.data) === name;
  return isIt ? chunk.data : undefined;
}

/** Marks it as used, so that the collector counts its age from now. */
async function touch(session: NatsSession, present: StoredMeta, touchAfterMs: number): Promise<void> {
  if (present.ageMs < touchAfterMs) return;
  await publishMeta(session, present.name, { ...present.document, mtime: new Date().toISOString() }, present.sequence);
}

async function write(session: NatsSession, name: string, content: Uint8Array, replaced: StoredMeta | undefined): Promise<void> {
  const meta = metaOf(name, content);
  const purge = async (nuid: string): Promise<void> => {
    // Who may remove some chunks may remove them all, so a worker may not: it leaves them to the collector.
    if (!mayPurge(session.role, streams.blobs)) return;
    await session.manager.streams.purge(streams.blobs, { filter: subjects.blobChunks(nuid) });
  };
  try {
    const chunks = chunksOf(content);
    const publishChunk = async (chunk: Uint8Array): Promise<void> =>
      void (await publishOnce(session, subjects.blobChunks(meta.nuid), chunk));
    const describe = (): Promise<void> => publishMeta(session, name, meta, replaced?.sequence ?? 0);
    const [before, last] = [chunks.slice(0, -1), chunks.slice(-1)];
    for (let start = 0; start < before.length; start += chunksAtOnce) {
      await Promise.all(before.slice(start, start + chunksAtOnce).map(publishChunk));
    }
    // In this order on one connection. Where the last chunk alone is refused, the next try finds a description without it.
    const ended = await Promise.allSettled([...last.map(publishChunk), describe()]);
    for (const each of ended.toReversed()) if (each.status === 'rejected') throw each.reason;
  } catch (error) {
    // Where it is unknown whether the description is stored, its chunks must stay; the collector finds them if it is not.
    if (error instanceof LostRaceError) await purge(meta.nuid);
    throw error;
  }
  if (replaced) await purge(replaced.nuid);
}

/** Another process has put the blob meanwhile: the next try finds it there. */
class LostRaceError extends BusError {}

async function publishMeta(session: NatsSession, name: string, meta: object, expectedLast: number): Promise<void> {
  const subject = subjects.blobMeta(name);
  const body = new TextEncoder().encode(JSON.stringify(meta));
  try {
    await publishAfter(session, subject, body, expectedLast, rollUp());
  } catch (error) {
    if (!isWrongLastSequence(error)) throw error;
    throw new LostRaceError(`put blob ${name}`, 'another writer came first', { cause: error });
  }
}

/** Not by a `Response`, for which Node.js loads its whole HTTP client. */
async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  const content = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    content.set(part, place);
    place += part.length;
  }
  return content;
}
