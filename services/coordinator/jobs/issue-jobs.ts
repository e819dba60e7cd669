import type { ExecuteCommand, WorkCommand } from '../../domain/run/command.ts';
import { againJobId } from '../../domain/run/job-id.ts';
import type { RunState } from '../../domain/run/state.ts';
import type { Job } from '../../shared/contracts/generated/scale/v1/job.ts';
import type { ResultInbox } from '../results/result-inbox.ts';
import { jobIdsOf } from '../results/step-of-plan.ts';
import { type JobSource, jobsOf } from './job-of-command.ts';
import { longestFirst } from './longest-first.ts';
import { publishJobs } from './publish-jobs.ts';

/** Makes jobs of commands, and keeps those that have no result. */
export interface JobIssuer {
  /** Queues the jobs of these commands that are neither under way nor answered, without waiting until they are queued. */
  issue(work: readonly WorkCommand[], state: RunState): Promise<void>;
  /** Queues these jobs of a command under the ids that they have when they are issued again. Once for each number of tries. */
  issueAgain(command: ExecuteCommand, jobIds: readonly string[], tries: number, state: RunState): Promise<void>;
  /** Those that were queued, by this driver, and have no result. */
  queued(): readonly Job[];
  arrived(jobId: string): void;
  /** Aborts if jobs could not be queued. */
  readonly broken: AbortSignal;
  /** None of what was issued is wanted any more, unless it is issued again. Resolves when nothing is being queued. */
  forgotten(): Promise<void>;
  /** Until nothing is being queued any more. */
  settled(): Promise<void>;
}

/** Commands whose blobs are stored at the same time: a query-level run has one for each query. */
const commandsAtOnce = 32;

/**
 * Only a driver that began its run's log knows of every job that was ever issued, and calls its jobs new; to one that continues,
 * each may have been issued before.
 * @param leaseId of the lease under which the log was begun; undefined if it was found
 */
export function createJobIssuer(source: JobSource, inbox: Pick<ResultInbox, 'seen'>, leaseId: string | undefined): JobIssuer {
  const issued = new Set<string>();
  const queued = new Map<string, Job>();
  const publishing = new Set<Promise<void>>();
  const broken = new AbortController();

  const isNew = (jobId: string): boolean => !issued.has(jobId) && !inbox.seen(jobId);
  const publish = async (jobs: readonly Job[]): Promise<void> => {
    await publishJobs(source.bus, jobs, (job) => (leaseId === undefined ? job : { ...job, newUnder: leaseId }));
    for (const job of jobs) if (!inbox.seen(job.jobId)) queued.set(job.jobId, job);
  };
  const settled = async (): Promise<void> => {
    while (publishing.size > 0) await Promise.all(publishing);
  };
  return {
    async issue(work, state) {
      const wanted = longestFirst(work, state).flatMap((command) => withOnly(command, isNew));
      for (let start = 0; start < wanted.length; start += commandsAtOnce) {
        const some = wanted.slice(start, start + commandsAtOnce);
        const jobs = (await Promise.all(some.map((command) => jobsOf(command, state, source)))).flat();
        for (const { jobId } of jobs) issued.add(jobId);
        const under = publish(jobs)
          .catch((error: unknown) => broken.abort(error))
          .finally(() => publishing.delete(under));
        publishing.add(under);
      }
    },
    async issueAgain(command, jobIds, tries, state) {
      const wanted = new Set(jobIds.filter((jobId) => !issued.has(againJobId(jobId, tries))));
      const first = (
        await Promise.all(withOnly(command, (jobId) => wanted.has(jobId)).map((each) => jobsOf(each, state, source)))
      ).flat();
      const jobs = first.map((job) => ({ ...job, jobId: againJobId(job.jobId, tries) }));
      for (const { jobId } of jobs) issued.add(jobId);
      // Not new: who led the run before may have issued them, too.
      await publishJobs(source.bus, jobs, (job) => job);
      for (const job of jobs) if (!inbox.seen(job.jobId)) queued.set(job.jobId, job);
    },
    queued: () => [...queued.values()],
    arrived(jobId) {
      issued.delete(jobId);
      queued.delete(jobId);
    },
    broken: broken.signal,
    async forgotten() {
      await settled();
      issued.clear();
      queued.clear();
    },
    settled,
  };
}

/** The part of a command whose jobs are meant; [] if none is. */
function withOnly(command: WorkCommand, isMeant: (jobId: string) => boolean): WorkCommand[] {
  const jobIds = jobIdsOf(command);
  if (command.kind !== 'execute') return jobIds.every(isMeant) ? [command] : [];
  const executions = command.executions.filter((_, place) => isMeant(jobIds[place] as string));
  return executions.length === 0 ? [] : [{ ...command, executions }];
}
