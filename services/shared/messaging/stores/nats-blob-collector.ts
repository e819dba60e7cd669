import { decodeJob } from '../../contracts/job-codec.ts';
import { decodeRunManifest } from '../../contracts/run-manifest-codec.ts';
import { orAborted } from '../../lifecycle/abort.ts';
import { mapAtOnce } from '../../lifecycle/map-at-once.ts';
import type { BlobStore, CollectedBlobs } from '../bus.ts';
import { blobsOfJob, blobsOfRun, blobsOfSweep } from '../references.ts';
import { readLast, readLastOfEach } from '../session/nats-read.ts';
import { type NatsSession, untilDone } from '../session/nats-session.ts';
import { readBlobSubject, streams, subjects } from '../subjects-and-streams.ts';
import { blobIn } from './large-body.ts';
import { createNatsSweepLogs } from './nats-event-log.ts';
import { readMeta } from './nats-object.ts';

const readAtOnce = 32;
/** Messages of these streams may have their bodies in blobs. */
const carrying = [streams.results, streams.events, streams.sweeps, streams.journal, streams.memory];

/** Mark and sweep. At worst, a crash in between leaves chunks without a description, which the next collection removes. */
export async function collectBlobs(
  session: NatsSession,
  blobs: BlobStore,
  { unusedForMs }: { readonly unusedForMs: number },
  signal: AbortSignal,
): Promise<CollectedBlobs> {
  const { names, chunkIds } = await listBlobs(session);
  const read = (name: string) => untilDone(session, `read blob ${name}`, () => readMeta(session, name));
  const metas = (await mapAtOnce(names, readAtOnce, read)).filter((meta) => meta !== undefined);
  signal.throwIfAborted();
  const described = new Set(metas.map(({ nuid }) => nuid));
  const orphans = chunkIds.filter((nuid) => !described.has(nuid));
  let unused = metas.filter(({ ageMs }) => ageMs > unusedForMs);
  if (unused.length > 0) {
    const used = await references(session, blobs, signal);
    unused = unused.filter(({ name }) => !used.has(name));
  }
  let removed = 0;
  for (const { name, nuid, sequence } of unused) {
    signal.throwIfAborted();
    // Only this very description: a blob that was put again since has a higher sequence.
    await purge(session, { filter: subjects.blobMeta(name), seq: sequence + 1 });
    const now = await readLast(session, streams.blobs, subjects.blobMeta(name));
    if (now !== undefined) continue;
    await purge(session, { filter: subjects.blobChunks(nuid) });
    removed += 1;
  }
  for (const nuid of orphans) {
    signal.throwIfAborted();
    if (await isOld(session, subjects.blobChunks(nuid), unusedForMs)) await purge(session, { filter: subjects.blobChunks(nuid) });
  }
  return { removed, kept: metas.length - removed };
}

async function listBlobs(session: NatsSession): Promise<{ names: string[]; chunkIds: string[] }> {
  const list = () => session.manager.streams.info(streams.blobs, { subjects_filter: subjects.allBlobs });
  const { state } = await untilDone(session, 'list blobs', list);
  const found = Object.keys(state.subjects ?? {}).map(readBlobSubject);
  return {
    names: found.flatMap((subject) => (subject && 'name' in subject ? [subject.name] : [])),
    chunkIds: found.flatMap((subject) => (subject && 'nuid' in subject ? [subject.nuid] : [])),
  };
}

/** Chunks of a put in progress are young. */
async function isOld(session: NatsSession, subject: string, olderThanMs: number): Promise<boolean> {
  const last = await readLast(session, streams.blobs, subject);
  if (last === undefined) return false;
  const { ts = '' } = await untilDone(session, 'look at the blobs', () => session.manager.streams.info(streams.blobs));
  return Date.parse(ts) - last.time.getTime() > olderThanMs;
}

async function references(session: NatsSession, blobs: BlobStore, signal: AbortSignal): Promise<Set<string>> {
  const used = new Set<string>();
  const manifests = await readLastOfEach(session, streams.runs, subjects.runManifests);
  for (const { data } of manifests) for (const name of blobsOfRun(decodeRunManifest(data))) used.add(name);
  const jobs = await readLastOfEach(session, streams.jobs, subjects.allJobs);
  for (const { data } of jobs) for (const name of blobsOfJob(decodeJob(data))) used.add(name);
  const sweeps = createNatsSweepLogs(session, blobs);
  for (const sweepId of await sweeps.list()) {
    const log: Uint8Array[] = [];
    for await (const { entry } of sweeps.read(sweepId, { after: 0, follow: false }, signal)) log.push(entry);
    signal.throwIfAborted();
    for (const name of blobsOfSweep(log)) used.add(name);
  }
  for (const stream of carrying) for (const name of await blobsOfStream(session, stream, signal)) used.add(name);
  return used;
}

/** The headers alone, from the first message to the current last one. */
async function blobsOfStream(session: NatsSession, stream: string, signal: AbortSignal): Promise<string[]> {
  const operation = `read the headers of ${stream}`;
  return await untilDone(session, operation, async () => {
    const consumer = await session.jetstream.consumers.get(stream, { headers_only: true });
    const found: string[] = [];
    try {
      const { num_pending: pending } = await consumer.info(true);
      if (pending === 0) return found;
      const messages = await consumer.consume({ max_messages: 1_000, abort_on_missing_resource: true });
      const read = async () => {
        for await (const { headers, info } of messages) {
          const name = blobIn(headers);
          if (name !== undefined) found.push(name);
          if (info.pending === 0) return;
        }
        throw new Error('the reading ended early');
      };
      try {
        await orAborted(read(), signal);
      } finally {
        messages.stop();
      }
      return found;
    } finally {
      consumer.delete().catch((error: unknown) => session.logger.debug({ err: error }, 'a consumer is left to expire'));
    }
  });
}

async function purge(session: NatsSession, what: { readonly filter: string; readonly seq?: number }): Promise<void> {
  await untilDone(session, `purge ${what.filter}`, () => session.manager.streams.purge(streams.blobs, what));
}
