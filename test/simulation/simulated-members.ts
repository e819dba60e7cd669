import { type ControlHandlers, createControlHandlers } from '../../services/coordinator/control/control-handlers.ts';
import { startCoordinator } from '../../services/coordinator/coordinator.ts';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import type { Bus, JobKind } from '../../services/shared/messaging/bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import type { JobWork } from '../../services/shared/worker/job-work.ts';
import { startWorkerReports } from '../../services/shared/worker/report-worker.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { ackWaitMs, type FaultPlan } from './fault-plan.ts';
import { createMadeUpWork } from './made-up-work.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { SimulatedModel } from './witness.ts';

/** A real coordinator or worker in a simulated process. */
export interface Member {
  readonly process: SimulatedProcess;
  readonly handlers?: ControlHandlers;
  /** Whether it still has the run in hand. */
  drives?(runId: string): boolean;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

export interface MemberSettings {
  readonly process: SimulatedProcess;
  readonly bus: Bus;
  readonly plan: FaultPlan;
}

const logger = createLogger({ service: 'simulation', version: '0', level: 'silent' });
const reconcileMs = 5_000;

/** As services/coordinator/main.ts puts it together. */
export function startCoordinatorMember({ process, bus, plan }: MemberSettings): Member {
  const { name, timing } = process;
  // Often enough for the short logs of a simulation.
  const settings = { name, resume: 'all', maxInFlight: 100, reconcileMs, snapshotEntries: 1 + (plan.seed % 8) } as const;
  const coordinator = startCoordinator(settings, bus, logger, timing);
  return {
    process,
    handlers: createControlHandlers(bus, coordinator, timing),
    drives: (runId) => coordinator.state(runId) !== undefined,
    stop: () => coordinator.stop(),
  };
}

/** As run-worker-service.ts puts an executor or a predictor together. */
export function startWorkerMember(settings: MemberSettings, kinds: readonly JobKind[], model: SimulatedModel): Member {
  const { process, bus, plan } = settings;
  const { name, timing } = process;
  const random = randomStream(plan.seed, 'work', name);
  // Its own: one for all would keep what every killed worker has waited for.
  const never = new AbortController().signal;
  const workMs = (): number => (random.next() < plan.weather.slowJobs ? 2 * ackWaitMs : 1 + randomInteger(random, 50));
  const recording: JobWork = (context) => {
    const work = createMadeUpWork(
      name,
      () => timing.sleep(workMs(), never),
      () => undefined,
      (call) => {
        model.sent(context);
        model.served(call);
      },
    );
    const recorded: string[] = [];
    return work({
      ...context,
      record: (call) => {
        recorded.push(call.callId);
        return context.record(call);
      },
      stored: async () => {
        const calls = recorded.splice(0);
        await context.stored();
        for (const callId of calls) model.recorded(context.job, callId);
      },
    });
  };
  let deliveries = 0;
  const newId = (): string => {
    deliveries += 1;
    return `${name}#${deliveries}`;
  };
  // With fewer slots than lanes it asks ten times a second, and little else happens.
  const about = { name, kinds, slots: Math.max(plan.slots, kinds.length) };
  const worker = startWorker({ ...about, ackWaitMs, drainMs: 0 }, { bus, work: recording, timing, newId, logger });
  const { shares, takesJobs } = worker;
  const reports = startWorkerReports(bus, { ...about, shares, takesJobs, endpoints: () => [], timing });
  return {
    process,
    async stop() {
      await worker.drain();
      reports[Symbol.dispose]();
    },
  };
}
