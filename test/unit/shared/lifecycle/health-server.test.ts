import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { type HealthServerSettings, startHealthServer } from '../../../../services/shared/lifecycle/health-server.ts';
import type { ServiceState } from '../../../../services/shared/lifecycle/run-service.ts';
import { createMetricsRegistry } from '../../../../services/shared/telemetry/metrics.ts';

const start = (settings: Partial<HealthServerSettings>) =>
  startHealthServer({
    host: '127.0.0.1',
    port: 0,
    state: () => 'running',
    checks: {},
    checkWithinMs: 50,
    metrics: new Registry(),
    ...settings,
  });

test('/readyz follows the state of the service, /livez does not', async () => {
  let state: ServiceState = 'starting';
  await using health = await start({ state: () => state });
  const seen: [ServiceState, number, number][] = [];
  for (state of ['starting', 'running', 'draining', 'stopped', 'failed'] as const) {
    seen.push([state, (await fetch(`${health.url}/readyz`)).status, (await fetch(`${health.url}/livez`)).status]);
  }
  expect(seen).toEqual([
    ['starting', 503, 200],
    ['running', 200, 200],
    ['draining', 503, 200],
    ['stopped', 503, 200],
    ['failed', 503, 200],
  ]);
});

test('/readyz says which check failed and why, and waits for none beyond the limit', async () => {
  await using health = await start({
    checks: {
      bus: async () => {},
      models: () => Promise.reject(new Error('no endpoint answers')),
      disk: () => new Promise(() => {}),
    },
  });
  const answer = await fetch(`${health.url}/readyz`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({
    ready: false,
    state: 'running',
    checks: { bus: 'ok', models: 'no endpoint answers', disk: 'no answer within 50 ms' },
  });
});

test('/metrics is what Prometheus reads, with the event loop lag', async () => {
  await using health = await start({ metrics: createMetricsRegistry('executor', '1.2.3') });
  const answer = await fetch(`${health.url}/metrics`);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  const text = await answer.text();
  expect(text).toContain('scale_build_info{role="executor",version="1.2.3"} 1');
  expect(text).toContain('nodejs_eventloop_lag_seconds');
});

test('anything else is refused, and a stopped server answers no more', async () => {
  const health = await start({});
  expect((await fetch(`${health.url}/other`)).status).toBe(404);
  expect((await fetch(`${health.url}/livez`, { method: 'POST' })).status).toBe(405);
  await health.stop();
  await health.stop();
  await expect(fetch(`${health.url}/livez`)).rejects.toThrow();
});
