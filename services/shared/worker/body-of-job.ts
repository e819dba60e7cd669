import type { Job } from '../contracts/generated/scale/v1/job.ts';
import type { BlobStore } from '../messaging/bus.ts';

/** What a blob that a job names holds: from the job itself, if it is in there. @throws BlobMissingError */
export async function bodyOfJob({ bodies }: Job, blob: string, blobs: Pick<BlobStore, 'get'>): Promise<Uint8Array> {
  return bodies.find((body) => body.blob === blob)?.content ?? (await blobs.get(blob));
}
