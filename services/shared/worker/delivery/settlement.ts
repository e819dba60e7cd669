import type { Timing } from '../../lifecycle/timing.ts';
import type { Bus, Delivery } from '../../messaging/bus.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { SpendingWriter } from '../calls/spending-writer.ts';
import type { JobWork } from '../job-work.ts';
import type { RunDirectory } from '../run-directory.ts';
import type { RunShares } from '../run-shares.ts';

/** What became of a delivery of a job. */
export type Settlement = 'done' | 'already-done' | 'dropped' | 'poison' | 'returned' | 'held' | 'lost';

/** What a worker has for settling its deliveries. */
export interface SettleDependencies {
  readonly bus: Bus;
  readonly spending: SpendingWriter;
  readonly runs: RunDirectory;
  readonly work: JobWork;
  readonly workerName: string;
  readonly ackWaitMs: number;
  readonly timing: Timing;
  /** A name that no other delivery has; random if not given. */
  newId?(): string;
  readonly logger: Logger;
  /** Surely no one has worked on it before: it has no result and no journaled calls. */
  isNew(delivery: Delivery): boolean | Promise<boolean>;
  /** Whether an earlier delivery of the job is still under way in this worker. */
  isHere(deliveryCount: number): boolean;
  /** For the worker's reports. */
  readonly shares: Pick<RunShares, 'heldUp' | 'wentOn'>;
  /** Waits until no other job of this worker that may kill it is under way. */
  alone(signal: AbortSignal): Promise<Disposable>;
  /** The job waits for a while: another may have its slot until it calls what this returns. */
  stepAside?(): () => void;
  /** The job only waits for a place at an endpoint, until it calls what this returns. */
  waits?(): () => void;
  /** Aborts when the worker must stop soon: the job goes back to the queue before its next call. */
  readonly lastCalls?: AbortSignal;
  /** Aborts when the worker must stop: the job goes back to the queue at once. */
  readonly stopSignal: AbortSignal;
}
