import type { JobStart } from '../../contracts/generated/scale/v1/job.ts';
import { coerceError } from '../../errors/coerce-error.ts';
import type { Bus, Delivery } from '../../messaging/bus.ts';
import { runLease } from '../../messaging/run-lease.ts';

/** A job that has ended its worker this often, each time that it was begun, is not begun again. */
export const poisonStarts = 3;
/** After so many it is begun alone, so that the next crash says whose fault it is: a crash ends all jobs of its worker. */
export const suspectStarts = 2;

/** How often a job was begun and its worker did not live to say how that ended. */
export interface JobStarts {
  readonly crashed: number;
  /** This delivery begins. Nothing is written for the first one, which nearly every job ends with. */
  begin(): Promise<void>;
  /** This worker lives, and does not end the job. */
  givenBack(): Promise<void>;
}

/**
 * @param isHere whether a delivery of the job is under way in this very process: it has not crashed then
 * @param warn told if the run's leader cannot be looked up; then less is counted, and never more
 */
export async function openJobStarts(
  { journal, leases }: Pick<Bus, 'journal' | 'leases'>,
  { job: { runId, jobId, newUnder }, deliveryCount: delivery }: Pick<Delivery, 'job' | 'deliveryCount'>,
  worker: string,
  isHere: (delivery: number) => boolean,
  warn: (error: Error) => void,
): Promise<JobStarts> {
  const note = (start: Omit<JobStart, 'delivery' | 'worker'>) => journal.noteStart(runId, jobId, { delivery, worker, ...start });
  if (delivery === 1) {
    return { crashed: 0, begin: async () => undefined, givenBack: () => note({ leader: '', givenBack: true }) };
  }
  const holding = leases.holding(runLease(runId)).catch((error: unknown) => warn(coerceError(error)));
  const [starts, leader = ''] = await Promise.all([journal.starts(runId, jobId), holding]);
  return {
    crashed: crashedStarts(starts, delivery, leader, newUnder !== '' && newUnder === leader, isHere),
    begin: () => note({ leader, givenBack: false }),
    givenBack: () => note({ leader, givenBack: true }),
  };
}

/**
 * Deliveries are no measure: drains, pauses and lost acknowledgements deliver a job again, too. What counts is a note that it was
 * begun, without one that it was given back. The first delivery has a note only if it was given back. Starts under another leader
 * of the run are not counted: whoever ended the coordinator as well, it was not this job.
 * @param issuedHere the job was issued first by the leader of now: without a note, nothing else tells under whom it was begun
 */
export function crashedStarts(
  starts: readonly JobStart[],
  delivery: number,
  leader: string,
  issuedHere: boolean,
  isHere: (delivery: number) => boolean = () => false,
): number {
  const earlier = starts.filter((start) => start.delivery < delivery && !isHere(start.delivery));
  const first = issuedHere && delivery > 1 && !isHere(1) && !starts.some((start) => start.delivery === 1) ? 1 : 0;
  return first + earlier.filter((start) => !start.givenBack && start.leader === leader).length;
}
