import { expect, test } from 'vitest';
import { startCoordinator } from '../../../../services/coordinator/coordinator.ts';
import { configurationToProto } from '../../../../services/shared/contracts/configuration-codec.ts';
import { RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { startWorker } from '../../../../services/shared/worker/worker.ts';
import { configuration, createMadeUpWork } from '../../../simulation/made-up-work.ts';
import { createManualCluster, leaseTtlMs, logger, logOf, never } from '../manual-cluster.ts';

const runId = 'r';
const settings = { name: 'c', resume: 'all', maxInFlight: 100, reconcileMs: 60_000, snapshotEntries: 4 } as const;

/** @param stopAfter entries of the log, after which another coordinator takes over; Infinity for none */
async function search(parallelism: number, stopAfter: number) {
  const { timing, server, bus, storeRun } = createManualCluster();
  const { search, ...rest } = configuration(7);
  await storeRun(runId, { configuration: configurationToProto({ ...rest, search: { ...search, parallelism } }) });
  const work = createMadeUpWork(
    'w',
    () => timing.sleep(5, never),
    () => undefined,
  );
  const worker = startWorker(
    { name: 'w', kinds: ['execute', 'predict', 'propose'], slots: 16, ackWaitMs: 60_000, drainMs: 0 },
    { bus: server.connect(), work, timing, logger },
  );
  const first = startCoordinator(settings, server.connect(), logger, timing);
  let entries = 0;
  while (entries < stopAfter && (await bus.runs.get(runId))?.status !== RunStatus.COMPLETED) {
    await timing.advance(1);
    entries = (await logOf(bus, runId)).length;
  }
  const stopping = first.stop();
  await timing.advance(leaseTtlMs);
  await stopping;
  const askedFrom: number[] = [];
  const follow: Bus['results']['follow'] = (id, signal, from) => {
    askedFrom.push(from ?? 0);
    return bus.results.follow(id, signal, from);
  };
  const last = startCoordinator(settings, { ...bus, results: { ...bus.results, follow } }, logger, timing);
  const startedMs = timing.monotonicMs();
  while ((await bus.runs.get(runId))?.status !== RunStatus.COMPLETED) await timing.advance(10);
  const tookMs = timing.monotonicMs() - startedMs;
  const log = await logOf(bus, runId);
  const stopped = Promise.all([worker.drain(), last.stop()]);
  await timing.advance(5_000);
  await stopped;
  return { log, askedFrom, tookMs, entries };
}

test.each([1, 4])(
  'with %i rounds at once, who goes on reads the results that the log may not have, and no others',
  async (parallelism) => {
    const whole = await search(parallelism, Number.POSITIVE_INFINITY);
    for (const stopAfter of [12, 25, whole.log.length - 3]) {
      const interrupted = await search(parallelism, stopAfter);
      expect(interrupted.log).toEqual(whole.log);
      expect(interrupted.askedFrom[0]).toBeGreaterThan(0);
      // Nothing is missed, and so found by the reconciler alone.
      expect(interrupted.tookMs).toBeLessThan(settings.reconcileMs);
    }
  },
);
