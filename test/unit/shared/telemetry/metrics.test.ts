import { expect, test } from 'vitest';
import {
  counterOf,
  createBusMetrics,
  createMetricsRegistry,
  gaugeOf,
  type Reading,
} from '../../../../services/shared/telemetry/metrics.ts';
import { createModelMetrics, createWorkerMetrics } from '../../../../services/shared/telemetry/worker-metrics.ts';

const endpoint = {
  ...{ endpoint: 'http://gpu-1/v1', state: 'open', inFlight: 3, limit: 8, retries: 1 },
  ended: { answered: 5, timeout: 2 },
};

test('gauges show how things are when they are asked for, and what is not any more is gone', async () => {
  const registry = createMetricsRegistry('all', '1.2.3');
  let inFlight = 1;
  let runs: Reading<'run'>[] = [[{ run: 'first' }, 1]];
  createWorkerMetrics(registry, ['execute'], ['code'], () => ({ slots: 4, inFlight, heldUp: 0 }));
  gaugeOf(registry, 'scale_of_runs', 'For this test', ['run'], () => runs);
  await registry.metrics();
  inFlight = 2;
  runs = [[{ run: 'second' }, 5]];
  const text = await registry.metrics();
  for (const line of ['scale_jobs_in_flight 2', 'scale_job_slots 4', 'scale_of_runs{run="second"} 5']) {
    expect(text).toContain(`${line}\n`);
  }
  expect(text).not.toContain('first');
});

test('an endpoint that serves two models is one endpoint: its calls add up, and its limit does not', async () => {
  const registry = createMetricsRegistry('all', '1.2.3');
  const other = { ...endpoint, state: 'closed', inFlight: 2, retries: 4, ended: { answered: 7, timeout: 0 } };
  createModelMetrics(registry, () => [endpoint, other]);
  const text = await registry.metrics();
  const label = '{model_endpoint="http://gpu-1/v1"}';
  for (const line of [
    `scale_model_calls_in_flight${label} 5`,
    `scale_model_concurrency_limit${label} 8`,
    `scale_model_circuit_open${label} 1`,
    `scale_model_retries_total${label} 5`,
    'scale_model_attempts_total{model_endpoint="http://gpu-1/v1",outcome="answered"} 12',
    'scale_model_attempts_total{model_endpoint="http://gpu-1/v1",outcome="timeout"} 2',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});

test('what has not happened yet is 0, so that its rate is known', async () => {
  const registry = createMetricsRegistry('all', '1.2.3');
  createWorkerMetrics(registry, ['execute'], ['code'], () => ({ slots: 4, inFlight: 0, heldUp: 0 }));
  createBusMetrics(registry, () => undefined);
  counterOf(registry, 'scale_counted_total', 'For this test', [], () => [[{}, 0]]);
  const text = await registry.metrics();
  for (const line of [
    'scale_job_redeliveries_total{kind="execute"} 0',
    'scale_job_failures_total{kind="execute",failure="code"} 0',
    'scale_bus_connected 0',
    'scale_bus_reconnects_total 0',
    'scale_counted_total 0',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});
