import { createControlHandlers } from '../../services/coordinator/control/control-handlers.ts';
import { startCoordinator } from '../../services/coordinator/coordinator.ts';
import type { RunEvent } from '../../services/domain/run/event.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Timing } from '../../services/shared/lifecycle/timing.ts';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import type { InMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { createMadeUpWork } from './made-up-work.ts';

const logger = createLogger({ service: 'simulation', version: '0', level: 'silent' });
const never = new AbortController().signal;

/** A coordinator and a worker on one server. */
export function startCluster(server: InMemoryServer, timing: Timing, bus: Bus = server.connect()) {
  const coordinator = startCoordinator({ name: 'c', resume: 'all', maxInFlight: 100, reconcileMs: 200 }, bus, logger, timing);
  const workerBus = server.connect();
  const work = createMadeUpWork(
    'w',
    () => timing.sleep(0, never),
    () => undefined,
  );
  const worker = startWorker(
    { name: 'w', kinds: ['execute', 'predict', 'propose'], slots: 16, ackWaitMs: 400, drainMs: 0 },
    { bus: workerBus, work, timing, logger },
  );
  return {
    handlers: createControlHandlers(bus, coordinator, timing),
    stop: async () => {
      await Promise.all([bus.close(), workerBus.close()]);
      await Promise.all([coordinator.stop(), worker.drain()]);
    },
  };
}

/** The log of a run, once it is completed. */
export async function completed(bus: Bus, runId: string): Promise<RunEvent[]> {
  for await (const manifest of bus.runs.watch(never)) {
    if (manifest.runId === runId && manifest.status === RunStatus.COMPLETED) break;
  }
  const events: RunEvent[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) events.push(decodeEvent(entry).event);
  return events;
}
