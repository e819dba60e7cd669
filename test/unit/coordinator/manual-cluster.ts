import type { RunEvent } from '../../../services/domain/run/event.ts';
import { encodeBenchmark } from '../../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../../services/shared/contracts/configuration-codec.ts';
import { decodeEvent } from '../../../services/shared/contracts/event-codec.ts';
import { type RunManifest, RunStatus } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Bus, JobKind } from '../../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../../services/shared/telemetry/logger.ts';
import { startWorker } from '../../../services/shared/worker/worker.ts';
import { benchmark, configuration, createMadeUpWork, type Started } from '../../simulation/made-up-work.ts';
import { runManifest } from '../../support/bus-messages.ts';
import { createManualTiming } from '../../support/manual-timing.ts';

export const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
export const never = new AbortController().signal;
export const leaseTtlMs = 3_000;
const jobKinds = ['execute', 'predict', 'propose'] as const;

/** A server, a run that it knows, and workers for it, all on one clock that stands still until it is moved. */
export function createManualCluster() {
  const timing = createManualTiming();
  const server = createInMemoryServer({ timing, leaseTtlMs, ackWaitMs: 60_000 });
  const bus = server.connect();
  return {
    timing,
    server,
    bus,
    async storeRun(runId: string, changes: Partial<RunManifest> = {}): Promise<RunManifest> {
      await bus.blobs.put(encodeBenchmark(benchmark));
      const manifest = {
        ...runManifest(runId, RunStatus.RUNNING),
        configuration: configurationToProto(configuration(1)),
        ...changes,
      };
      await bus.runs.put(manifest);
      return manifest;
    },
    startWorker(started: (work: Started) => void = () => undefined, kinds: readonly JobKind[] = jobKinds) {
      const work = createMadeUpWork('w', async () => undefined, started);
      const settings = { name: 'w', kinds, slots: 16, ackWaitMs: 60_000, drainMs: 0 };
      return startWorker(settings, { bus: server.connect(), work, timing, logger });
    },
  };
}

export async function logOf(bus: Bus, runId: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) events.push(decodeEvent(entry).event);
  return events;
}
