import type { BackupRecord } from '../../shared/contracts/generated/scale/v1/backup.ts';
import type { BackupRequest, RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Result } from '../../shared/contracts/generated/scale/v1/result.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { BlobMissingError } from '../../shared/messaging/errors.ts';
import { blobsOfRun, blobsOfSweep } from '../../shared/messaging/references.ts';
import { version } from '../../shared/telemetry/version.ts';
import { RequestRefusedError } from '../request-refused-error.ts';

const blobPieceBytes = 1024 * 1024;
/** Results on their way: enough to hide the latency of the server, few enough to hold only these in memory. */
const readAtOnce = 64;

/**
 * A copy of runs, sweeps and memory as they are while it is read, whoever works on them meanwhile. Of each log it has a
 * beginning, and all that this beginning refers to: it goes on where that ends. For that, whatever refers to others is read
 * before them: a sweep's log before its runs; a run's manifest, its unfinished jobs and its log before its results.
 * @throws RequestRefusedError for a run that is not there
 */
export async function* readBackup(
  bus: Bus,
  { runIds }: BackupRequest,
  timing: Timing,
  signal: AbortSignal,
): AsyncGenerator<BackupRecord> {
  yield { body: { $case: 'header', value: { createdAtMs: Math.trunc(timing.wallMs()), version } } };
  const sweeps = runIds.length === 0 ? await readSweeps(bus, signal) : [];
  const blobs = createBlobReader(bus);
  for (const manifest of await manifestsOf(bus, runIds)) yield* readRun(bus, manifest, blobs, signal);
  const wanted = new Set(runIds);
  for (const { memory } of await bus.memory.list()) {
    if (wanted.size === 0 || wanted.has(memory.runId)) yield { body: { $case: 'memory', value: memory } };
  }
  for (const { sweepId, entries } of sweeps) {
    yield* blobs(blobsOfSweep(entries));
    for (const entry of entries) yield { body: { $case: 'sweepEntry', value: { sweepId, entry: Buffer.from(entry) } } };
  }
  signal.throwIfAborted();
}

async function* readRun(
  bus: Bus,
  { snapshotBlob: _, ...manifest }: RunManifest,
  blobs: BlobReader,
  signal: AbortSignal,
): AsyncGenerator<BackupRecord> {
  const { runId } = manifest;
  // Without its snapshot, which tells of a place in this cluster's log.
  yield* blobs(blobsOfRun(manifest));
  const unfinished = await bus.jobs.outstanding(runId);
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, signal))
    yield { body: { $case: 'entry', value: { runId, entry: Buffer.from(entry) } } };
  for await (const result of resultsOf(bus, runId, signal)) {
    unfinished.delete(result.jobId);
    yield { body: { $case: 'result', value: result } };
  }
  for (const jobId of unfinished) {
    for (const call of (await bus.journal.read(runId, jobId)).values())
      yield { body: { $case: 'call', value: { runId, jobId, call } } };
  }
  for await (const { note } of bus.spending.read(runId, { after: 0, follow: false }, signal))
    yield { body: { $case: 'note', value: note } };
  signal.throwIfAborted();
  // Who was deleted meanwhile, is not in the copy.
  if ((await bus.runs.get(runId)) !== undefined) yield { body: { $case: 'manifest', value: manifest } };
}

async function readSweeps({ sweeps }: Bus, signal: AbortSignal) {
  const found: { readonly sweepId: string; readonly entries: readonly Uint8Array[] }[] = [];
  for (const sweepId of await sweeps.list()) {
    const entries: Uint8Array[] = [];
    for await (const { entry } of sweeps.read(sweepId, { after: 0, follow: false }, signal)) entries.push(entry);
    found.push({ sweepId, entries });
  }
  return found;
}

async function manifestsOf(bus: Bus, runIds: readonly string[]): Promise<RunManifest[]> {
  if (runIds.length === 0) return (await bus.runs.list()).sort((one, other) => one.createdAtMs - other.createdAtMs);
  return await Promise.all(
    runIds.map(async (runId) => {
      const manifest = await bus.runs.get(runId);
      if (manifest !== undefined) return manifest;
      throw new RequestRefusedError('not-found', `there is no run ${runId}; \`scale list\` shows all runs`);
    }),
  );
}

/** Those that there are now: new ones may come while they are read, and the store may drop old ones, which nobody waits for. */
async function* resultsOf({ results }: Bus, runId: string, signal: AbortSignal): AsyncGenerator<Result> {
  const jobIds = [...(await results.jobIds(runId))];
  for (let start = 0; start < jobIds.length; start += readAtOnce) {
    signal.throwIfAborted();
    const read = jobIds.slice(start, start + readAtOnce).map((jobId) => results.get(runId, jobId));
    for (const result of await Promise.all(read)) if (result !== undefined) yield result;
  }
}

/** Gives each blob once. One that is gone is missed by whoever needs it, here as there. */
type BlobReader = (names: readonly string[]) => AsyncGenerator<BackupRecord>;

function createBlobReader({ blobs }: Bus): BlobReader {
  const given = new Set<string>();
  return async function* (names) {
    for (const name of names) {
      if (given.has(name)) continue;
      given.add(name);
      const content = await blobs.get(name).then(Buffer.from, (error: unknown) => {
        if (error instanceof BlobMissingError) return undefined;
        throw error;
      });
      if (content === undefined) continue;
      for (let from = 0; from === 0 || from < content.length; from += blobPieceBytes) {
        const piece = content.subarray(from, from + blobPieceBytes);
        yield { body: { $case: 'blob', value: { name, piece, isLast: from + blobPieceBytes >= content.length } } };
      }
    }
  };
}
