import type { Job } from '../shared/contracts/generated/scale/v1/job.ts';

/**
 * The jobs that a driver has issued and that are not in the log. Only a driver that began its run's log knows of every job that
 * was ever issued; to one that continues, each may have been issued before.
 */
export interface IssuedJobs {
  /** The job as it is to be queued: called new the first time. */
  issue(job: Job): Job;
  /** They are in the log, and are not issued again. */
  release(jobIds: readonly string[]): void;
}

/** @param leaseId of the lease under which the log was begun; undefined if it was found */
export function createIssuedJobs(leaseId: string | undefined): IssuedJobs {
  const issued = new Set<string>();
  return {
    issue(job) {
      if (leaseId === undefined || issued.has(job.jobId)) return job;
      issued.add(job.jobId);
      return { ...job, newUnder: leaseId };
    },
    release(jobIds) {
      for (const jobId of jobIds) issued.delete(jobId);
    },
  };
}
