import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../domain/ports.ts';
import type { RunShare } from '../contracts/generated/scale/v1/job.ts';
import { coerceError } from '../lifecycle/coerce-error.ts';
import { createWakeup, type Wakeup } from '../lifecycle/wakeup.ts';
import type { Bus, Delivery, JobKind } from '../messaging/bus.ts';
import { BusError } from '../messaging/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { JobWork } from './job-work.ts';
import { startRunDirectory } from './run-directory.ts';
import { createRunShares } from './run-shares.ts';
import { type Settlement, settleDelivery } from './settle-delivery.ts';
import { createSlots } from './slots.ts';
import { createSpendingWriter } from './spending-writer.ts';

export interface WorkerSettings {
  readonly name: string;
  readonly kinds: readonly JobKind[];
  /** Jobs in flight at most. */
  readonly slots: number;
  readonly ackWaitMs: number;
  /** How long a drain waits for jobs in flight before it hands them back. */
  readonly drainMs: number;
}

export interface WorkerDependencies {
  readonly bus: Bus;
  readonly work: JobWork;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when a job has been settled, for metrics. */
  settled?(kind: JobKind, settlement: Settlement, elapsedMs: number): void;
}

export interface Worker {
  inFlight(): number;
  /** What it has of each run now. */
  shares(): RunShare[];
  /** False once it drains. */
  takesJobs(): boolean;
  /** Stops pulling at once, waits for jobs in flight up to drainMs, then returns the rest to the queue. Idempotent. */
  drain(): Promise<void>;
}

interface Lane {
  readonly runId: string;
  readonly kind: JobKind;
}

const pullWaitMs = 2000;
/** With fewer slots than lanes, a lane that waits keeps another from asking. */
const crowdedPullWaitMs = 100;
const pullErrorPauseMs = 300;
/** What only a person can mend, e.g. a missing permission. */
const lastingErrorPauseMs = 5_000;

/** Pulls exactly as many jobs as it has free slots, from one lane a run and kind, each in a loop of its own. */
export function startWorker(settings: WorkerSettings, dependencies: WorkerDependencies): Worker {
  const { bus, clock, logger } = dependencies;
  const pulling = new AbortController();
  const stopping = new AbortController();
  const slots = createSlots(settings.slots);
  const spending = createSpendingWriter(bus, clock);
  const shares = createRunShares();
  const inFlight = new Set<Promise<void>>();
  const lanes = new Map<string, { readonly wakeup: Wakeup; readonly loop: Promise<void> }>();

  const wakeAll = (): void => {
    for (const { wakeup } of lanes.values()) wakeup.wake();
  };
  const openLanes = (): void => {
    for (const { runId } of runs.active()) {
      for (const kind of settings.kinds) openLane({ runId, kind });
    }
    wakeAll();
  };
  const runs = startRunDirectory(bus, logger, openLanes);
  const isActive = ({ runId }: Lane): boolean => runs.active().some((manifest) => manifest.runId === runId);

  const begin = (laneId: string, kind: JobKind, delivery: Delivery): void => {
    const { runId, jobId } = delivery.job;
    shares.began(delivery.job);
    const started = clock.monotonicMs();
    const settling = settleDelivery(delivery, {
      bus,
      spending,
      runs,
      work: dependencies.work,
      workerName: settings.name,
      ackWaitMs: settings.ackWaitMs,
      clock,
      logger,
      shares,
      stopSignal: stopping.signal,
    })
      .then(
        (settlement) => {
          dependencies.settled?.(kind, settlement, clock.monotonicMs() - started);
          if (settlement !== 'done') logger.info({ runId, jobId, settlement }, 'job settled');
        },
        // The bus is away: nothing is lost, since without an ack the job comes back.
        (error: unknown) =>
          logger.warn({ runId, jobId, err: coerceError(error) }, 'job could not be settled; it will be redelivered'),
      )
      .finally(() => {
        inFlight.delete(settling);
        shares.ended(delivery.job);
        slots.ended(laneId);
        wakeAll();
      });
    inFlight.add(settling);
  };

  const pullOnce = async (lane: Lane, laneId: string, wakeup: Wakeup): Promise<void> => {
    const max = slots.reserve(laneId);
    if (max === 0) return await wakeup.wait();
    const waitMs = lanes.size > settings.slots ? crowdedPullWaitMs : pullWaitMs;
    let received = 0;
    try {
      const deliveries = await bus.jobs.pull(lane.kind, lane.runId, { max, waitMs }, pulling.signal);
      received = deliveries.length;
      for (const delivery of deliveries) begin(laneId, lane.kind, delivery);
    } finally {
      slots.pulled(laneId, max, received);
      if (received < max) wakeAll();
    }
  };

  const laneLoop = async (lane: Lane, laneId: string, wakeup: Wakeup): Promise<void> => {
    while (!pulling.signal.aborted && isActive(lane)) {
      try {
        await pullOnce(lane, laneId, wakeup);
      } catch (error) {
        if (pulling.signal.aborted) return;
        logger.warn({ ...lane, err: coerceError(error) }, 'pull failed; trying again');
        const isLasting = error instanceof BusError && !error.retryable;
        if (isLasting) bus.troubles.tell({ runId: lane.runId, worker: settings.name, message: error.message });
        await sleep(isLasting ? lastingErrorPauseMs : pullErrorPauseMs, undefined, { signal: pulling.signal }).catch(
          () => undefined,
        );
      }
    }
  };

  const openLane = (lane: Lane): void => {
    const laneId = `${lane.runId}/${lane.kind}`;
    if (lanes.has(laneId) || pulling.signal.aborted) return;
    const wakeup = createWakeup(pulling.signal);
    slots.open(laneId);
    const loop = laneLoop(lane, laneId, wakeup).finally(() => {
      lanes.delete(laneId);
      slots.close(laneId);
      // The run may have become active again meanwhile (paused and resumed).
      openLanes();
    });
    lanes.set(laneId, { wakeup, loop });
  };

  let draining: Promise<void> | undefined;
  const drainOnce = async (): Promise<void> => {
    pulling.abort();
    await Promise.all([...lanes.values()].map(({ loop }) => loop));
    const grace = new AbortController();
    const timeout = sleep(settings.drainMs, undefined, { signal: grace.signal }).catch(() => undefined);
    await Promise.race([Promise.all(inFlight), timeout]);
    grace.abort();
    stopping.abort();
    await Promise.all(inFlight);
    await runs.stop();
  };
  return {
    inFlight: () => inFlight.size,
    shares: shares.list,
    takesJobs: () => !pulling.signal.aborted,
    drain: () => {
      draining ??= drainOnce();
      return draining;
    },
  };
}
