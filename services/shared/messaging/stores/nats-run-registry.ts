import type { KV } from '@nats-io/kv';
import { ContractError } from '../../contracts/contract-error.ts';
import type { RunManifest } from '../../contracts/generated/scale/v1/control.ts';
import { decodeRunManifest, encodeRunManifest } from '../../contracts/run-manifest-codec.ts';
import type { RunRegistry } from '../bus.ts';
import { BusError } from '../errors.ts';
import { isWrongLastSequence } from '../session/nats-errors.ts';
import { readLastOfEach } from '../session/nats-read.ts';
import { type NatsSession, untilDone } from '../session/nats-session.ts';
import { followStream } from '../streams/nats-follow.ts';
import { isToken, streams, subjects, token } from '../subjects-and-streams.ts';

export function createNatsRunRegistry(session: NatsSession, bucket: KV): RunRegistry {
  return {
    async put(manifest) {
      const key = token(manifest.runId);
      await untilDone(session, `put manifest of ${key}`, () => bucket.put(key, encodeRunManifest(manifest)));
    },

    async add(manifest) {
      const key = token(manifest.runId);
      const bytes = encodeRunManifest(manifest);
      return await untilDone(session, `add manifest of ${key}`, async () => {
        try {
          await bucket.create(key, bytes);
          return true;
        } catch (error) {
          if (!isWrongLastSequence(error)) throw error;
          // An earlier try may have been stored without an answer.
          const entry = await bucket.get(key);
          return entry?.operation === 'PUT' && Buffer.compare(entry.value, bytes) === 0;
        }
      });
    },

    async update(runId, change) {
      if (!isToken(runId)) return undefined;
      const operation = `update manifest of ${runId}`;
      return await untilDone(session, operation, async () => {
        const entry = await bucket.get(runId);
        if (entry?.operation !== 'PUT') return undefined;
        const known = decodeRunManifest(entry.value);
        const manifest = change(known);
        if (manifest === known) return known;
        try {
          await bucket.update(runId, encodeRunManifest(manifest), entry.revision);
        } catch (error) {
          if (!isWrongLastSequence(error)) throw error;
          // After a pause, since a server that cannot say which sequence is the last gives the same answer.
          throw new BusError(operation, 'another writer came first', { cause: error, retryable: true });
        }
        return manifest;
      });
    },

    async get(runId) {
      if (!isToken(runId)) return undefined;
      const entry = await untilDone(session, `get manifest of ${runId}`, () => bucket.get(runId));
      return entry?.operation === 'PUT' ? decodeRunManifest(entry.value) : undefined;
    },

    async list() {
      const messages = await readLastOfEach(session, streams.runs, subjects.runManifests);
      return messages.flatMap(({ data, subject }) => readUnlessLater(session, subject, data));
    },

    async *watch(signal) {
      // The bucket keeps one message per key: following it from the start gives each manifest, then the changes.
      const settings = { stream: streams.runs, filter: subjects.runManifests, after: 0, whenRemade: 'start-over' } as const;
      for await (const message of followStream(session, settings, signal)) {
        yield* readUnlessLater(session, message.subject, message.data);
      }
    },
  };
}

/** A run that only a later version can read is that version's to drive; the others go on. */
function readUnlessLater(session: NatsSession, subject: string, data: Uint8Array): RunManifest[] {
  try {
    return [decodeRunManifest(data)];
  } catch (error) {
    if (!(error instanceof ContractError && error.isOfLaterVersion)) throw error;
    session.logger.warn({ err: error, subject }, 'a run of a later version is left to programs of that version');
    return [];
  }
}
