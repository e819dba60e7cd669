import type { RunManifest } from '../contracts/generated/scale/v1/control.ts';
import type { RunBeyond, RunShare } from '../contracts/generated/scale/v1/job.ts';
import { knownNeeds, lackingFor } from '../contracts/run-needs.ts';
import { coerceError } from '../errors/coerce-error.ts';
import { pause } from '../lifecycle/abort.ts';
import type { Timing } from '../lifecycle/timing.ts';
import { createTurns } from '../lifecycle/turns.ts';
import type { Bus, Delivery, JobKind } from '../messaging/bus.ts';
import { AccessRefusedError, BusError } from '../messaging/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createSpendingWriter } from './calls/spending-writer.ts';
import { createNewDeliveries } from './delivery/new-deliveries.ts';
import { settleDelivery } from './delivery/settle-delivery.ts';
import type { SettleDependencies, Settlement } from './delivery/settlement.ts';
import { inDelivery } from './delivery/trace-delivery.ts';
import { createJobLanes, type Lane } from './job-lanes.ts';
import type { JobWork } from './job-work.ts';
import { startRunDirectory } from './run-directory.ts';
import { createRunShares } from './run-shares.ts';

export interface WorkerSettings {
  readonly name: string;
  readonly kinds: readonly JobKind[];
  /** Most jobs in flight. */
  readonly slots: number;
  readonly ackWaitMs: number;
  /** How long a drain waits for jobs in flight before it hands them back. */
  readonly drainMs: number;
}

export interface WorkerDependencies {
  readonly bus: Bus;
  readonly work: JobWork;
  readonly timing: Timing;
  readonly logger: Logger;
  /** A name that no other delivery has, for the accounts; random if not given. */
  newId?(): string;
  /** Resolves when the present turn of the event loop is over; what it has to note goes together. Not given: at once. */
  turnOver?(): Promise<void>;
  /** Called when a job has come, for metrics. @param count of its deliveries, from 1 */
  delivered?(kind: JobKind, count: number): void;
  /** What this program knows, as runs may need it. Default: what its registries have. */
  readonly known?: ReadonlySet<string>;
  /** Called when a job has been settled, for metrics. */
  settled?(kind: JobKind, settlement: Settlement, elapsedMs: number): void;
}

export interface Worker {
  inFlight(): number;
  /** Its share of each run now. */
  shares(): RunShare[];
  /** Active runs that it leaves to others, and what it lacks for them. */
  beyond(): RunBeyond[];
  /** False once it drains. */
  takesJobs(): boolean;
  /**
   * Stops pulling at once and lets the jobs in flight go on for a part of drainMs. After that none begins a further call, so that
   * those under way can end; what has not ended after drainMs is cut. Jobs that have not ended go back to the queue. Idempotent.
   */
  drain(): Promise<void>;
}

/** Of the time for draining, the part in which jobs go on as ever. The rest is for calls that are under way then. */
const goOnShare = 0.1;
const pullErrorPauseMs = 300;
/** What only a person can fix, e.g. a missing permission. */
const lastingErrorPauseMs = 5_000;

/** Does the jobs of all active runs, as many at once as it has slots. */
export function startWorker(settings: WorkerSettings, dependencies: WorkerDependencies): Worker {
  const { bus, timing, logger } = dependencies;
  const pulling = new AbortController();
  const lastCalls = new AbortController();
  const stopping = new AbortController();
  const spending = createSpendingWriter(bus, dependencies.turnOver);
  const alone = createTurns();
  const shares = createRunShares();
  const inFlight = new Set<Promise<void>>();
  const here = new Set<string>();
  const loadsBenchmarks = settings.kinds.includes('execute');
  const runs = startRunDirectory(bus, { logger, timing, loadsBenchmarks }, () => lanes.refresh());

  const begin = (lane: Lane, delivery: Delivery, isNew: SettleDependencies['isNew']): void => {
    const { runId, jobId } = delivery.job;
    const nameOf = (count: number): string => `${runId}/${jobId}/${count}`;
    here.add(nameOf(delivery.deliveryCount));
    shares.began(delivery.job);
    dependencies.delivered?.(lane.kind, delivery.deliveryCount);
    const started = timing.monotonicMs();
    const settle = (traced: Delivery): Promise<Settlement> =>
      settleDelivery(traced, {
        bus,
        spending,
        runs,
        work: dependencies.work,
        workerName: settings.name,
        ackWaitMs: settings.ackWaitMs,
        timing,
        ...(dependencies.newId && { newId: dependencies.newId }),
        logger,
        isNew,
        isHere: (count) => here.has(nameOf(count)),
        shares,
        lastCalls: lastCalls.signal,
        stopSignal: stopping.signal,
        alone,
        stepAside: () => lanes.stepAside(lane),
        waits: () => lanes.sleep(lane),
      });
    const settling = inDelivery(delivery, settings.name, settle)
      .then(
        (settlement) => {
          dependencies.settled?.(lane.kind, settlement, timing.monotonicMs() - started);
          if (settlement !== 'done') logger.info({ runId, jobId, settlement }, 'job settled');
        },
        // The bus is unreachable: nothing is lost, since without an ack the job comes back.
        (error: unknown) =>
          logger.warn({ runId, jobId, err: coerceError(error) }, 'job could not be settled; it will be redelivered'),
      )
      .finally(() => {
        inFlight.delete(settling);
        here.delete(nameOf(delivery.deliveryCount));
        shares.ended(delivery.job);
        lanes.ended(lane);
      });
    inFlight.add(settling);
  };

  const newDeliveries = createNewDeliveries(bus, (err, message, runId) => logger.warn({ runId, err }, message));
  const known = dependencies.known ?? knownNeeds();
  const lackingOf = (run: RunManifest): string[] => lackingFor(run, known, settings.kinds);
  const lanes = createJobLanes(
    {
      slots: settings.slots,
      nowMs: () => timing.monotonicMs(),
      standingOf: runs.standing,
      wanted: () =>
        runs
          .active()
          .filter((run) => lackingOf(run).length === 0)
          .flatMap(({ runId }) => settings.kinds.map((kind) => ({ runId, kind }))),
      pull: async (lane, { began, ...limits }) => {
        // A job whose result cannot be stored would be paid for in vain.
        const forbidden = bus.forbidden();
        if (forbidden !== undefined) throw new AccessRefusedError(`pull from ${lane.runId}`, forbidden);
        const askedMs = timing.monotonicMs();
        const isNew = newDeliveries(() => timing.monotonicMs() - askedMs < settings.ackWaitMs);
        const arrived = (delivery: Delivery): void => {
          began();
          begin(lane, delivery, isNew);
        };
        await bus.jobs.pull(lane.kind, lane.runId, { ...limits, arrived }, pulling.signal);
      },
      failed: async (lane, error) => {
        logger.warn({ ...lane, err: coerceError(error) }, 'pull failed; trying again');
        const isLasting = error instanceof BusError && !error.retryable;
        if (isLasting) bus.troubles.tell({ runId: lane.runId, worker: settings.name, message: error.message });
        const pauseMs = isLasting ? lastingErrorPauseMs : pullErrorPauseMs;
        await pause(timing, pauseMs, pulling.signal);
      },
    },
    pulling.signal,
  );

  const endedWithin = async (ms: number): Promise<void> => {
    const grace = new AbortController();
    await Promise.race([Promise.all(inFlight), pause(timing, ms, grace.signal)]);
    grace.abort();
  };
  let draining: Promise<void> | undefined;
  const drainOnce = async (): Promise<void> => {
    pulling.abort();
    await lanes.stopped();
    await endedWithin(settings.drainMs * goOnShare);
    lastCalls.abort();
    await endedWithin(settings.drainMs * (1 - goOnShare));
    stopping.abort();
    await Promise.all(inFlight);
    await runs.stop();
  };
  return {
    inFlight: () => inFlight.size,
    shares: shares.list,
    beyond: () =>
      runs.active().flatMap((run) => {
        const lacks = lackingOf(run);
        return lacks.length === 0 ? [] : [{ runId: run.runId, lacks }];
      }),
    takesJobs: () => !pulling.signal.aborted,
    drain: () => {
      draining ??= drainOnce();
      return draining;
    },
  };
}
