import { expect, test } from 'vitest';
import { RunsUnknownError, watchRunsGoingOn } from '../../../../services/coordinator/scaler/runs-going-on.ts';
import type { RunManifest } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { BusError } from '../../../../services/shared/messaging/errors.ts';
import { createManualCluster, logger } from '../manual-cluster.ts';

test('runs that are known stay known while they are read again after a watch that broke off', async () => {
  const { bus, timing, storeRun } = createManualCluster();
  await storeRun('r');
  const breaking = new AbortController();
  let reading = Promise.withResolvers<void>();
  reading.resolve();
  const runs = {
    ...bus.runs,
    async list() {
      await reading.promise;
      return await bus.runs.list();
    },
    async *watch(signal: AbortSignal): AsyncGenerator<RunManifest> {
      yield* bus.runs.watch(breaking.signal.aborted ? signal : AbortSignal.any([signal, breaking.signal]));
      if (!signal.aborted) throw new BusError('watch runs', 'it broke off', { retryable: false });
    },
  };
  const goingOn = watchRunsGoingOn({ ...bus, runs }, logger, timing);
  const ids = () => goingOn.list().map(({ runId }) => runId);
  expect(ids).toThrow(RunsUnknownError);
  await timing.advance(0);
  expect(ids()).toEqual(['r']);
  reading = Promise.withResolvers();
  breaking.abort();
  await timing.advance(1_000);
  expect(ids()).toEqual(['r']);
  reading.resolve();
  await storeRun('another');
  await timing.advance(0);
  expect(ids().sort()).toEqual(['another', 'r']);
  await goingOn.stop();
});
