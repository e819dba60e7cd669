import { expect, test } from 'vitest';
import { startBlobCollector } from '../../../../services/coordinator/retention/collect-blobs.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { BusError } from '../../../../services/shared/messaging/errors.ts';
import { benchmarkHash } from '../../../simulation/made-up-work.ts';
import { createManualCluster, logger } from '../manual-cluster.ts';

const hourMs = 3_600_000;

/** A collector, and the times at which it has collected. */
function setUp(changes: (bus: Bus) => Partial<Bus['blobs']> = () => ({})) {
  const cluster = createManualCluster();
  const { timing, bus } = cluster;
  const collected: number[] = [];
  const collect: Bus['blobs']['collect'] = async (...asked) => {
    collected.push(timing.monotonicMs());
    return await bus.blobs.collect(...asked);
  };
  const blobs = { ...bus.blobs, collect, ...changes(bus) };
  return { ...cluster, collected, start: () => startBlobCollector({ ...bus, blobs }, 'a', logger, timing) };
}

test("blobs that nothing refers to are gone after an hour or two, and a run's benchmark stays", async () => {
  const { timing, bus, storeRun, collected, start } = setUp();
  await storeRun('r');
  const stray = await bus.blobs.put(new Uint8Array([1]));
  const collector = start();
  await timing.advance(5_000);
  expect(collected).toEqual([5_000]);
  await bus.blobs.get(stray);
  await timing.advance(hourMs);
  expect(collected).toEqual([5_000, 5_000 + hourMs]);
  await expect(bus.blobs.get(stray)).rejects.toThrow();
  await bus.blobs.get(benchmarkHash);
  await collector.stop();
  expect(timing.waiting()).toBe(0);
});

test('of several coordinators one collects at a time', async () => {
  const { timing, bus, collected, start } = setUp();
  const collector = start();
  await timing.advance(4_000);
  const other = await bus.leases.acquire('blob-collector', 'b');
  await timing.advance(1_000);
  expect(collected).toEqual([]);
  await other?.release();
  await timing.advance(hourMs);
  expect(collected).toEqual([5_000 + hourMs]);
  expect(await bus.leases.acquire('blob-collector', 'b')).toBeDefined();
  await collector.stop();
});

test('a collection that fails is begun anew, and gives its lease back', async () => {
  let asked = 0;
  const { timing, bus, start } = setUp((real) => ({
    collect: async (...settings) => {
      asked += 1;
      if (asked === 1) throw new BusError('collect', 'the server did not answer');
      return await real.blobs.collect(...settings);
    },
  }));
  const collector = start();
  await timing.advance(5_000);
  expect(await bus.leases.acquire('blob-collector', 'b')).toBeDefined();
  expect(asked).toBe(1);
  await timing.advance(5_100);
  expect(asked).toBe(2);
  await collector.stop();
});
