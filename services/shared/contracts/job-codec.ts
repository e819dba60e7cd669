import { ContractError } from './contract-error.ts';
import { Job } from './generated/scale/v1/job.ts';
import { present, readVersionedMessage } from './read-message.ts';

export function encodeJob(job: Job): Uint8Array {
  return Job.encode(job).finish();
}

/** @throws ContractError also for work of a kind that this program does not know */
export function decodeJob(bytes: Uint8Array): Job {
  const job = readVersionedMessage('Job', Job, bytes);
  if (job.work === undefined && job._unknownFields !== undefined) {
    throw new ContractError('Job', 'its work is of a kind that this program does not know', { isOfLaterVersion: true });
  }
  present('Job', 'work', job.work);
  return job;
}
