import { createHash, randomUUID } from 'node:crypto';
import { headers, type MsgHdrs } from 'nats';
import { BusError } from '../errors.ts';
import { readLastOnce } from '../session/nats-read.ts';
import type { NatsSession } from '../session/nats-session.ts';
import { buckets, streams, subjects } from '../subjects-and-streams.ts';

/** The layout of an object in a NATS object store (ADR-20): a description under its name, and chunks under an id of their own. */
export interface ObjectMeta {
  readonly name: string;
  readonly bucket: string;
  readonly nuid: string;
  readonly size: number;
  readonly chunks: number;
  /** "SHA-256=" and the digest in base64url. */
  readonly digest: string;
  readonly mtime: string;
  readonly deleted: boolean;
  readonly options: { readonly max_chunk_size: number };
}

/** A description as it is stored. */
export interface StoredMeta {
  readonly name: string;
  readonly nuid: string;
  readonly size: number;
  /** Not deleted, and all its chunks are there. */
  readonly isWhole: boolean;
  /** As written, possibly by other programs. */
  readonly document: object;
  readonly sequence: number;
  /** Time since it was stored, by the server's clock. */
  readonly ageMs: number;
}

const chunkBytes = 128 * 1024;

export function chunksOf(content: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(content.length / chunkBytes) }, (_, index) =>
    content.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
}

export function metaOf(name: string, content: Uint8Array): ObjectMeta {
  return {
    name,
    bucket: buckets.blobs,
    nuid: randomUUID().replaceAll('-', ''),
    size: content.length,
    chunks: Math.ceil(content.length / chunkBytes),
    // Padded, as the object store's clients write and read it.
    digest: `SHA-256=${createHash('sha256').update(content).digest('base64').replaceAll('+', '-').replaceAll('/', '_')}`,
    mtime: new Date().toISOString(),
    deleted: false,
    options: { max_chunk_size: chunkBytes },
  };
}

/** In one try, for use within another. */
export async function readMeta(session: NatsSession, name: string): Promise<StoredMeta | undefined> {
  const message = await readLastOnce(session, streams.blobs, subjects.blobMeta(name));
  if (message === undefined) return undefined;
  const document = message.json<Partial<ObjectMeta>>();
  const { nuid, size = 0, chunks = 0, deleted = false } = document;
  if (nuid === undefined) throw new BusError(`read blob ${name}`, 'its description names no chunks', { retryable: false });
  const filter = subjects.blobChunks(nuid);
  const { ts = '', state } = await session.manager.streams.info(streams.blobs, { subjects_filter: filter });
  const ageMs = Date.parse(ts) - message.time.getTime();
  // A description outlives its chunks where a store was repaired by hand, or has lost some.
  const isWhole = !deleted && (state.subjects?.[filter] ?? 0) === chunks;
  return { name, nuid, size, isWhole, document, sequence: message.seq, ageMs };
}

/** Replaces what was under the subject. */
export function rollUp(): MsgHdrs {
  const given = headers();
  given.set('Nats-Rollup', 'sub');
  return given;
}
