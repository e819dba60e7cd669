import type { Job, RunShare } from '../contracts/generated/scale/v1/job.ts';

/** A worker's share of each run, for its reports. */
export interface RunShares {
  began(job: Job): void;
  /** The job's last try failed for reasons outside the job; it is tried again. */
  heldUp(job: Job, trouble: string): void;
  /** The job made progress: what held it up is over. */
  wentOn(job: Job): void;
  ended(job: Job): void;
  list(): RunShare[];
}

export function createRunShares(): RunShares {
  // Jobs by run, each with what holds it up, "" for nothing. A redelivered job may be here twice, but is counted once.
  const runs = new Map<string, Map<string, string>>();
  const set = ({ runId, jobId }: Job, trouble: string): void => {
    runs.get(runId)?.set(jobId, trouble);
  };
  return {
    began: (job) => {
      runs.set(job.runId, (runs.get(job.runId) ?? new Map()).set(job.jobId, ''));
    },
    heldUp: set,
    wentOn: (job) => set(job, ''),
    ended: ({ runId, jobId }) => {
      const jobs = runs.get(runId);
      jobs?.delete(jobId);
      if (jobs?.size === 0) runs.delete(runId);
    },
    list: () =>
      [...runs].map(([runId, jobs]) => {
        const troubles = [...jobs.values()].filter((trouble) => trouble !== '');
        return { runId, jobsInFlight: jobs.size, jobsHeldUp: troubles.length, trouble: troubles.at(-1) ?? '' };
      }),
  };
}
