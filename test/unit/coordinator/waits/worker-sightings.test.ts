import { expect, test } from 'vitest';
import { watchWorkers } from '../../../../services/coordinator/waits/worker-sightings.ts';
import type { WorkerReport } from '../../../../services/shared/contracts/generated/scale/v1/job.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { BusError } from '../../../../services/shared/messaging/errors.ts';
import { createManualCluster, logger } from '../manual-cluster.ts';

const report = (worker: string): WorkerReport => ({ worker, kinds: ['execute'], slots: 1, runs: [], endpoints: [] });
const names = (reports: readonly WorkerReport[]): string[] => reports.map(({ worker }) => worker).sort();

test('a worker is there for ten seconds after its last report, and its newest report stands', async () => {
  const { timing, bus } = createManualCluster();
  const sightings = watchWorkers(bus, logger, timing);
  await timing.advance(0);
  bus.workers.tell(report('a'));
  await timing.advance(4_000);
  bus.workers.tell({ ...report('b'), slots: 1 });
  bus.workers.tell({ ...report('b'), slots: 7 });
  await timing.advance(6_000);
  expect(names(sightings.present())).toEqual(['a', 'b']);
  await timing.advance(1);
  expect(sightings.present()).toEqual([{ ...report('b'), slots: 7 }]);
  await timing.advance(4_000);
  expect(sightings.present()).toEqual([]);
  bus.workers.tell(report('a'));
  await timing.advance(0);
  expect(names(sightings.present())).toEqual(['a']);
  await sightings.stop();
});

test('who is not there is certain only once every worker must have been heard', async () => {
  const { timing, bus } = createManualCluster();
  const sightings = watchWorkers(bus, logger, timing);
  await timing.advance(10_000);
  expect(sightings.isSettled()).toBe(false);
  await timing.advance(1);
  expect(sightings.isSettled()).toBe(true);
  await sightings.stop();
  expect(timing.waiting()).toBe(0);
});

test('it listens again after the board has failed', async () => {
  const { timing, bus } = createManualCluster();
  let follows = 0;
  const failing: Bus = {
    ...bus,
    workers: {
      ...bus.workers,
      follow: (signal) => {
        follows += 1;
        if (follows === 1) throw new BusError('listen', 'the connection is lost');
        return bus.workers.follow(signal);
      },
    },
  };
  const sightings = watchWorkers(failing, logger, timing);
  await timing.advance(100);
  bus.workers.tell(report('a'));
  await timing.advance(0);
  expect(names(sightings.present())).toEqual(['a']);
  await sightings.stop();
});
