import { expect, test } from 'vitest';
import { startCoordinator } from '../../../../services/coordinator/coordinator.ts';
import { RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { EndpointError, InfrastructureError } from '../../../../services/shared/models/errors/endpoint-errors.ts';
import { startWorkerReports } from '../../../../services/shared/worker/report-worker.ts';
import { startWorker } from '../../../../services/shared/worker/worker.ts';
import { createMadeUpWork } from '../../../simulation/made-up-work.ts';
import { createManualCluster, logger, logOf } from '../manual-cluster.ts';

const runId = 'r';
const minuteMs = 60_000;
const endpoint = 'http://vllm:8000/v1';

/** A run whose model server is there only after some minutes, and all that was seen of it on the way. */
async function searchAfter(coldStartMs: number) {
  const { timing, server, bus, storeRun } = createManualCluster();
  const work = createMadeUpWork(
    'w',
    async () => undefined,
    () => undefined,
  );
  const worker = startWorker(
    { name: 'w', kinds: ['execute', 'predict', 'propose'], slots: 16, ackWaitMs: 60_000, drainMs: 0 },
    {
      bus: server.connect(),
      ...{ timing, logger },
      work: async (context) => {
        if (timing.monotonicMs() >= coldStartMs) return await work(context);
        const refused = new EndpointError('unavailable', endpoint, 'connect ECONNREFUSED 10.96.0.7:8000');
        throw new InfrastructureError('executor', 'all 4 attempts failed', [refused], { waitMs: 0 });
      },
    },
  );
  const reports = startWorkerReports(bus, {
    ...{
      name: 'w',
      kinds: ['execute', 'predict', 'propose'],
      slots: 16,
      shares: worker.shares,
      takesJobs: worker.takesJobs,
      timing,
    },
    endpoints: () => [],
  });
  await storeRun(runId);
  const coordinator = startCoordinator(
    { name: 'c', resume: 'all', maxInFlight: 100, reconcileMs: 5_000 },
    server.connect(),
    logger,
    timing,
  );
  if (coldStartMs > 0) await timing.advance(coldStartMs - minuteMs);
  const waiting = { status: (await bus.runs.get(runId))?.status, wait: coordinator.wait(runId) };
  await timing.advance(5 * minuteMs);
  const ended = { status: (await bus.runs.get(runId))?.status, log: await logOf(bus, runId) };
  reports[Symbol.dispose]();
  const stopped = Promise.all([worker.drain(), coordinator.stop()]);
  await timing.advance(5_000);
  await stopped;
  return { waiting, ended };
}

test('a model server that takes twelve minutes to come is waited for, and the run is as if it had been there', async () => {
  const { waiting, ended } = await searchAfter(12 * minuteMs);
  expect(waiting.status).toBe(RunStatus.RUNNING);
  expect(waiting.wait).toMatchObject({ kind: 'endpoint', what: expect.stringMatching(/jobs? (is|are) held up: .*ECONNREFUSED/) });
  expect(waiting.wait?.waitedMs).toBeGreaterThan(10 * minuteMs);
  expect(ended.status).toBe(RunStatus.COMPLETED);
  expect(ended.log).toEqual((await searchAfter(0)).ended.log);
});
