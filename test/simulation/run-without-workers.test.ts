import { expect, test } from 'vitest';
import { createControlHandlers } from '../../services/coordinator/control/control-handlers.ts';
import { startCoordinator } from '../../services/coordinator/coordinator.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { RunStatus, type Waiting } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import { startWorkerReports } from '../../services/shared/worker/report-worker.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { eventually } from './eventually.ts';
import { benchmark, configuration, createMadeUpWork } from './made-up-work.ts';

const never = new AbortController().signal;

test('a run without an executor says so in its view, its summary, the log and the metrics, again and again, until one is there', () =>
  inVirtualTime(async (timing) => {
    const server = createInMemoryServer({ ackWaitMs: 60_000, timing });
    const bus = server.connect();
    const lines: { waitsFor?: string }[] = [];
    const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const logger = createLogger({ service: 'simulation', version: '0', level: 'info' }, stream);
    const coordinator = startCoordinator({ name: 'c', resume: 'all', maxInFlight: 100, reconcileMs: 200 }, bus, logger, timing);
    const handlers = createControlHandlers(bus, coordinator, timing);
    const { runId } = await handlers.startRun({
      configuration: configurationToProto(configuration(1)),
      benchmark: benchmarkToProto(benchmark),
      endpoints: [],
      maxInFlight: 0,
      simulated: true,
    });
    const waits: (Waiting | undefined)[] = [];
    const watching = (async () => {
      const request = { runId, afterSequence: 0, follow: true };
      for await (const { update } of handlers.watchRun(request, never)) {
        if (update?.$case === 'progress') waits.push(update.value.waiting);
      }
    })();

    const absent = { kind: 'executor', what: 'no executor is running for 40 executions' };
    await eventually(timing, () => expect(lines.some(({ waitsFor }) => waitsFor === 'executor')).toBe(true));
    expect((await handlers.getRun(runId, never)).summary?.waiting).toMatchObject(absent);
    expect(waits.filter((wait) => wait?.kind === 'executor').length).toBeGreaterThan(0);
    const { waits: longest, workersByKind, jobsOutstanding } = coordinator.figures();
    expect(longest.get('executor')).toBeGreaterThanOrEqual(10_000);
    expect(workersByKind.get('execute')).toBe(0);
    expect(jobsOutstanding).toBe(41); // and the first prediction

    // Who waits for somebody to resume the run waits for no executor, and no autoscaler should bring one.
    await handlers.pauseRun(runId, 'the GPUs are needed elsewhere');
    const held = { kind: 'paused', what: 'the run is paused: the GPUs are needed elsewhere' };
    await eventually(timing, () => expect(waits.at(-1)).toMatchObject(held));
    expect(coordinator.figures().jobsOutstanding).toBe(0);
    await handlers.resumeRun(runId);

    const settings = { name: 'w', kinds: ['execute', 'predict', 'propose'] as const, slots: 16, ackWaitMs: 60_000, drainMs: 0 };
    const work = createMadeUpWork(
      'w',
      () => timing.sleep(0, never),
      () => undefined,
    );
    const worker = startWorker(settings, { bus: server.connect(), work, timing, logger });
    const { shares, takesJobs } = worker;
    using _reports = startWorkerReports(bus, {
      ...settings,
      shares,
      takesJobs,
      endpoints: () => [],
      timing,
    });
    await watching;
    expect(waits.at(-1)).toBeUndefined();
    const status = async () => (await handlers.getRun(runId, never)).summary?.status;
    await eventually(timing, async () => expect(await status()).toBe(RunStatus.COMPLETED));
    await Promise.all([coordinator.stop(), worker.drain()]);
  }));
