import { coerceError } from '../../errors/coerce-error.ts';
import type { Bus, Delivery } from '../../messaging/bus.ts';
import { runLease } from '../../messaging/run-lease.ts';

/** Whether a delivery is surely the first time that anybody works on its job. */
export type IsNew = (delivery: Delivery) => boolean | Promise<boolean>;

/**
 * Tells which jobs have surely never been worked on. Whoever issued a job says that it is new; that holds for its first delivery,
 * and while its issuer drives the run: a message of a deposed one may come late, when the job has long been done. So the lease is
 * looked at after a job has come. Whoever takes it over does so before they queue anything.
 * @returns for one pull; `isFresh` says, each time, whether it was asked for so lately that nobody else can have been given its
 * jobs by now. A worker that stood still finds jobs waiting for it that the server has long given to another.
 */
export function createNewDeliveries(
  { leases }: Pick<Bus, 'leases'>,
  warn: (error: Error, message: string, runId: string) => void,
): (isFresh: () => boolean) => IsNew {
  const holding = sharedLooks(async (runId) => {
    try {
      return await leases.holding(runLease(runId));
    } catch (error) {
      warn(coerceError(error), 'who leads the run is not known; its jobs are looked up, as if they were not new', runId);
      return undefined;
    }
  });
  return (isFresh) => {
    return ({ job, isFirst }) => {
      if (job.newUnder === '' || !isFirst) return false;
      return holding(job.runId).then((id) => id === job.newUnder && isFresh());
    };
  };
}

/** Who asks for the same key before a look begins shares it. Each begins after they have asked, however many are under way. */
function sharedLooks<Found>(look: (key: string) => Promise<Found>): (key: string) => Promise<Found> {
  const next = new Map<string, Promise<Found>>();
  const lookNext = async (key: string): Promise<Found> => {
    await undefined;
    next.delete(key);
    return await look(key);
  };
  return (key) => {
    const asked = next.get(key) ?? lookNext(key);
    next.set(key, asked);
    return asked;
  };
}
