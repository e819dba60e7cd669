import type { Job, RunShare } from '../contracts/generated/scale/v1/job.ts';

/** What a worker has of each run, for its reports. */
export interface RunShares {
  began(job: Job): void;
  /** The job's last try failed for what is not its doing; it is tried again. */
  heldUp(job: Job, trouble: string): void;
  /** Something of the job got done: what held it up is over. */
  wentOn(job: Job): void;
  ended(job: Job): void;
  list(): RunShare[];
}

export function createRunShares(): RunShares {
  // Jobs by the run, each with what holds it up, "" for nothing. A job may be here twice, redelivered: then it is counted once.
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
