import type { RunManifest } from '../contracts/generated/scale/v1/control.ts';
import type { Job } from '../contracts/generated/scale/v1/job.ts';

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
