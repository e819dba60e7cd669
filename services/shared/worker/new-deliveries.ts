import { coerceError } from '../errors/coerce-error.ts';
import type { Bus, Delivery } from '../messaging/bus.ts';
import { runLease } from '../messaging/run-lease.ts';

/**
 * Tells which jobs of one pull have surely never been worked on. Whoever issued a job says that it is new; that holds for its
 * first delivery, and while its issuer drives the run: a message of a deposed one may come late, when the job has long been done.
 * So the lease is looked at, once a pull, after the jobs have come. Whoever takes it over does so before they queue anything.
 *
 * @param pull `isFresh` says, each time, whether the pull was asked for so lately that nobody else can have been given its jobs
 * by now. A worker that stood still finds jobs waiting for it that the server has long given to another.
 */
export function newDeliveries(
  { leases }: Pick<Bus, 'leases'>,
  runId: string,
  { isFresh, warn }: { readonly isFresh: () => boolean; readonly warn: (error: Error, message: string) => void },
): (delivery: Delivery) => boolean | Promise<boolean> {
  let holding: Promise<string | undefined> | undefined;
  return ({ job, isFirst }) => {
    if (job.newUnder === '' || !isFirst) return false;
    holding ??= leases.holding(runLease(runId)).catch((error: unknown) => {
      warn(coerceError(error), 'who leads the run is not known; its jobs are looked up, as if they were not new');
      return undefined;
    });
    return holding.then((id) => id === job.newUnder && isFresh());
  };
}
