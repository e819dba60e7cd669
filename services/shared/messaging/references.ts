import type { RunManifest } from '../contracts/generated/scale/v1/control.ts';
import type { Job } from '../contracts/generated/scale/v1/job.ts';
import { decodeSweepEvent } from '../contracts/sweep-codec.ts';

/** Names of the blobs that a run needs for as long as it is known: to continue, to be listed, and to be evaluated later. */
export function blobsOfRun({ configuration, snapshotBlob }: RunManifest): string[] {
  return [configuration?.benchmark?.contentHash, snapshotBlob].filter((name) => name !== undefined && name !== '') as string[];
}

/** Names of the blobs without which a job cannot be done. */
export function blobsOfJob({ work }: Job): string[] {
  if (work === undefined) return [];
  if (work.$case === 'execute') return [work.value.workflowBlob];
  const { promptBlob, structuredBlob } = work.value;
  return structuredBlob === '' ? [promptBlob] : [promptBlob, structuredBlob];
}

/**
 * Names of the blobs that a sweep needs: what its cells are started with now, and their benchmarks.
 * @param log its entries, from the first to the last
 */
export function blobsOfSweep(log: readonly Uint8Array[]): string[] {
  const events = log.map(decodeSweepEvent);
  const definition = events.findLast((event) => event.kind === 'sweep-defined');
  const starts = events.findLast((event) => event.kind === 'sweep-defined' || event.kind === 'sweep-moved');
  return [...(starts === undefined ? [] : [starts.startsBlob]), ...(definition?.cells ?? []).map((cell) => cell.benchmarkBlob)];
}
