import { expect, test } from 'vitest';
import { createControlHandlers } from '../../services/coordinator/control/control-handlers.ts';
import { startCoordinator } from '../../services/coordinator/coordinator.ts';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { completed } from './made-up-cluster.ts';
import { benchmark, configuration, createMadeUpWork } from './made-up-work.ts';

const logger = createLogger({ service: 'simulation', version: '0', level: 'silent' });
const never = new AbortController().signal;
const leaseTtlMs = 10_000;
const seed = Number(process.env.SCALE_TEST_SEED ?? 1);

test('of two coordinators, the standby leads within the lease and 2 s of the death of the leader, whenever that dies', () =>
  inVirtualTime(async (timing) => {
    console.info(`seed ${seed}; set SCALE_TEST_SEED for another`);
    const random = randomStream(seed, 'deaths');
    const took: number[] = [];
    for (let death = 0; death < 20; death += 1) {
      const server = createInMemoryServer({ ackWaitMs: 2_000, leaseTtlMs, timing });
      const coordinators = ['one', 'two'].map((name) => {
        const bus = server.connect();
        const settings = { name, resume: 'all', maxInFlight: 100, reconcileMs: 300 } as const;
        return { bus, coordinator: startCoordinator(settings, bus, logger, timing) };
      });
      const workerBus = server.connect();
      const work = createMadeUpWork(
        'w',
        () => timing.sleep(400, never),
        () => undefined,
      );
      const worker = startWorker(
        { name: 'w', kinds: ['execute', 'predict', 'propose'], slots: 4, ackWaitMs: 2_000, drainMs: 0 },
        { bus: workerBus, work, timing, logger },
      );
      const [first] = coordinators;
      const { runId } = await createControlHandlers(workerBus, (first as NonNullable<typeof first>).coordinator, timing).startRun(
        {
          configuration: configurationToProto(configuration(death + 1)),
          benchmark: benchmarkToProto(benchmark),
          endpoints: [],
          maxInFlight: 0,
          simulated: true,
        },
      );
      await timing.sleep(100 + randomInteger(random, leaseTtlMs), never);
      const leaders = coordinators.filter(({ coordinator }) => coordinator.figures().runsLed === 1);
      expect(leaders).toHaveLength(1);
      const standby = coordinators.find((each) => each !== leaders[0]);
      const killedAt = timing.monotonicMs();
      await leaders[0]?.bus.close();
      while (standby?.coordinator.figures().runsLed !== 1) await timing.sleep(10, never);
      took.push(timing.monotonicMs() - killedAt);
      await completed(workerBus, runId);
      await Promise.all([worker.drain(), ...coordinators.map(({ coordinator }) => coordinator.stop())]);
    }
    console.info(`the standby led after ${Math.min(...took)} to ${Math.max(...took)} ms, under a lease of ${leaseTtlMs} ms`);
    expect(Math.max(...took)).toBeLessThanOrEqual(leaseTtlMs + 2_000);
    // A lease that is still held passes to nobody.
    expect(Math.min(...took)).toBeGreaterThan(leaseTtlMs / 2);
  }));
