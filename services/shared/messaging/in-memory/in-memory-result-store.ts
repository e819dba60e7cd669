import { defined } from '../../../domain/defined.ts';
import { decodeResult, encodeResult } from '../../contracts/result-codec.ts';
import { presentTraceparent } from '../../telemetry/tracing.ts';
import type { ResultStore } from '../bus.ts';
import { lastToken, subjects } from '../subjects-and-streams.ts';
import { followStored } from './in-memory-follow.ts';
import { type PartOfRuns, removeUnder, requireOpen, type Stored, type World } from './in-memory-world.ts';

interface StoredResult extends Stored {
  readonly storedAtMs: number;
  readonly traceparent?: string;
}

export function createInMemoryResults(world: World): PartOfRuns<ResultStore> {
  const results = world.shelf<StoredResult>();
  const bell = world.hangBell();
  const prefixOf = (runId: string): string => subjects.result(runId, 'x').slice(0, -1);
  return {
    wipe: () => results.clear(),
    remove: (runId) => removeUnder(results, prefixOf(runId)),
    open: (client) => ({
      async put(result) {
        const subject = subjects.result(result.runId, result.jobId);
        requireOpen(client, `publish ${subject}`);
        if (results.has(subject)) return 'already-stored';
        const traced = defined({ traceparent: presentTraceparent() });
        results.set(subject, {
          ...{ sequence: world.nextSequence(), bytes: encodeResult(result), storedAtMs: world.timing.wallMs() },
          ...traced,
        });
        bell.ring();
        return 'stored';
      },
      async get(runId, jobId) {
        const subject = subjects.result(runId, jobId);
        requireOpen(client, `read ${subject}`);
        const stored = results.get(subject);
        return stored && decodeResult(stored.bytes);
      },
      async getTimed(runId, jobId) {
        const subject = subjects.result(runId, jobId);
        requireOpen(client, `read ${subject}`);
        const stored = results.get(subject);
        return stored && { result: decodeResult(stored.bytes), storedAtMs: stored.storedAtMs };
      },
      async jobIds(runId) {
        const prefix = prefixOf(runId);
        requireOpen(client, `list ${prefix}`);
        return new Set([...results.keys()].filter((subject) => subject.startsWith(prefix)).map(lastToken));
      },
      async *follow(runId, signal, after) {
        const followed = { world, bell, client };
        for await (const { bytes, storedAtMs: _storedAtMs, ...place } of followStored(
          followed,
          results,
          prefixOf(runId),
          signal,
          after,
        )) {
          yield { ...decodeResult(bytes), ...place };
        }
      },
    }),
  };
}
