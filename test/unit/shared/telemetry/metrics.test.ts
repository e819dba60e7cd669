import { expect, test } from 'vitest';
import {
  createCoordinatorMetrics,
  createMetricsRegistry,
  createModelMetrics,
  createWorkerMetrics,
} from '../../../../services/shared/telemetry/metrics.ts';

const coordinator = {
  runsLed: 1,
  jobsOutstanding: 7,
  workersByKind: new Map([['execute', 2]]),
  waits: new Map([['executor', 12_500]]),
};
const endpoint = { endpoint: 'http://gpu-1/v1', state: 'open', inFlight: 3, limit: 8, failures: { timeout: 2 } };

test('all sets fit into one registry, and no label can hold an id', async () => {
  const registry = createMetricsRegistry('all', '1.2.3');
  createWorkerMetrics(registry, () => ({ slots: 4, inFlight: 1 }));
  createModelMetrics(registry, () => [endpoint]);
  createCoordinatorMetrics(registry, () => coordinator);
  const text = await registry.metrics();
  const labels = [...text.matchAll(/^scale_\w+\{(.*)\}/gm)].flatMap(([, list = '']) =>
    [...list.matchAll(/(\w+)=/g)].map(([, name]) => name),
  );
  const allowed = ['direction', 'endpoint', 'kind', 'le', 'model', 'service', 'settlement', 'version'];
  expect(labels.filter((label) => !allowed.includes(label ?? ''))).toEqual([]);
});

test('gauges show how things are when they are asked for', async () => {
  const registry = createMetricsRegistry('all', '1.2.3');
  let inFlight = 1;
  createWorkerMetrics(registry, () => ({ slots: 4, inFlight }));
  createModelMetrics(registry, () => [endpoint]);
  createCoordinatorMetrics(registry, () => coordinator);
  inFlight = 2;
  const text = await registry.metrics();
  for (const line of [
    'scale_jobs_in_flight 2',
    'scale_job_slots 4',
    'scale_jobs_outstanding 7',
    'scale_workers{kind="execute"} 2',
    'scale_run_waiting_seconds{kind="executor"} 12.5',
    'scale_model_circuit_open{endpoint="http://gpu-1/v1"} 1',
    'scale_model_failed_attempts{endpoint="http://gpu-1/v1",kind="timeout"} 2',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});
