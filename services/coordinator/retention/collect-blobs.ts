import { restartingLoop } from '../../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

/** Soon enough after the start that clusters that live for a minute collect too, but not before the first runs are at work. */
const firstAfterMs = 5_000;
const everyMs = 60 * 60_000;
/** Far longer than the gap between a blob and what refers to it, see BlobStore.collect. */
const unusedForMs = 60 * 60_000;

/** Removes blobs that nothing refers to any more, from time to time; of several coordinators, one at a time does it. */
export function startBlobCollector(bus: Bus, holder: string, logger: Logger, timing: Timing): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const collect = async (signal: AbortSignal): Promise<void> => {
    const lease = await bus.leases.acquire('blob-collector', holder);
    if (lease === undefined) return;
    try {
      // Two at the same time do no harm, so the lease need not be renewed.
      const { removed, kept } = await bus.blobs.collect({ unusedForMs }, signal);
      if (removed > 0) logger.info({ removed, kept }, 'removed blobs that nothing refers to');
    } finally {
      await lease.release();
    }
  };
  const loop = restartingLoop('collect blobs', { signal: stopping.signal, logger, timing }, async (signal) => {
    await timing.sleep(firstAfterMs, signal);
    while (!signal.aborted) {
      await collect(signal);
      await timing.sleep(everyMs, signal);
    }
  });
  return {
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
