import type { ExecuteCommand, WorkCommand } from '../../domain/run/command.ts';
import { againJobId } from '../../domain/run/job-id.ts';
import type { RunState } from '../../domain/run/state.ts';
import type { Job } from '../../shared/contracts/generated/scale/v1/job.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { ResultInbox } from '../results/result-inbox.ts';
import { jobIdsOf } from '../results/step-of-plan.ts';
import { type JobSource, type JobsOfCommand, jobsOf } from './job-of-command.ts';
import { longestFirst } from './longest-first.ts';
import { publishJobs } from './publish-jobs.ts';

export interface IssuerSource extends JobSource {
  readonly bus: Bus;
}

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
export function createJobIssuer(source: IssuerSource, inbox: Pick<ResultInbox, 'seen'>, leaseId: string | undefined): JobIssuer {
  const issued = new Set<string>();
  const queued = new Map<string, Job>();
  /** Blobs that were stored. */
  const stored = new Set<string>();
  const publishing = new Set<Promise<void>>();
  const broken = new AbortController();

  const isNew = (jobId: string): boolean => !issued.has(jobId) && !inbox.seen(jobId);
  /** @returns what is still being stored: a job may go ahead of what is in it, or was there before */
  const store = async ({ jobs, blobs }: JobsOfCommand): Promise<Promise<unknown>[]> => {
    const inJobs = new Set(jobs.flatMap(({ bodies }) => bodies.map(({ blob }) => blob)));
    const putting = [...blobs].map(([name, content]) => {
      const put = source.bus.blobs.put(content).then(() => void stored.add(name));
      // Heard of below.
      put.catch(() => undefined);
      return { name, put };
    });
    await Promise.all(putting.flatMap(({ name, put }) => (inJobs.has(name) || stored.has(name) ? [] : [put])));
    return putting.map(({ put }) => put);
  };
  const publish = async (jobs: readonly Job[], storing: readonly Promise<unknown>[]): Promise<void> => {
    const publishing = publishJobs(source.bus, jobs, (job) => (leaseId === undefined ? job : { ...job, newUnder: leaseId }));
    await Promise.all([publishing, ...storing]);
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
        const made = await Promise.all(some.map((command) => jobsOf(command, state, source)));
        const storing = (await Promise.all(made.map(store))).flat();
        const jobs = made.flatMap((each) => each.jobs);
        for (const { jobId } of jobs) issued.add(jobId);
        const under = publish(jobs, storing)
          .catch((error: unknown) => broken.abort(error))
          .finally(() => publishing.delete(under));
        publishing.add(under);
      }
    },
    async issueAgain(command, jobIds, tries, state) {
      const wanted = new Set(jobIds.filter((jobId) => !issued.has(againJobId(jobId, tries))));
      const made = await Promise.all(withOnly(command, (jobId) => wanted.has(jobId)).map((each) => jobsOf(each, state, source)));
      await Promise.all((await Promise.all(made.map(store))).flat());
      const first = made.flatMap((each) => each.jobs);
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
