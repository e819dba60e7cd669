import { expect, test } from 'vitest';
import { lookAtBatches } from '../../../services/cli/doctor/look-at-batches.ts';
import { Endpoint } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { startBatchServer } from '../../support/batch-server.ts';

const never = new AbortController().signal;

test('scale doctor says of an endpoint with `batch` whether its server lists batches', async () => {
  await using good = await startBatchServer();
  const at = (baseUrl: string) => ({
    ...Endpoint.fromPartial({ model: 'm', baseUrl, batch: { window: '24h' } }),
    simulated: false,
  });
  expect(await lookAtBatches(at(good.url), {}, never)).toBeUndefined();
  await using without = await startBatchServer({
    instead: (route) => (route === 'GET /batches' ? { status: 404, body: { detail: 'Not Found' } } : undefined),
  });
  expect(await lookAtBatches(at(without.url), {}, never)).toMatch(/does not list batches \(HTTP 404\)/);
});
