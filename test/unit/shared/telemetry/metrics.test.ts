import { expect, test } from 'vitest';
import {
  createBusMetrics,
  createCoordinatorMetrics,
  createMetricsRegistry,
  createModelMetrics,
  createWorkerMetrics,
} from '../../../../services/shared/telemetry/metrics.ts';

test('all sets fit into one registry, and no label can hold an id', async () => {
  const registry = createMetricsRegistry('all', '1.2.3');
  const sets = [createWorkerMetrics, createModelMetrics, createBusMetrics, createCoordinatorMetrics];
  const metrics = sets.flatMap((create): object[] => Object.values(create(registry)));
  expect(metrics).toHaveLength(20);
  const labels = metrics.flatMap((metric) => (metric as { labelNames: string[] }).labelNames);
  expect([...new Set(labels)].sort()).toEqual(['direction', 'endpoint', 'kind', 'outcome', 'reason', 'state', 'stream']);
});

test('what is counted is shown', async () => {
  const registry = createMetricsRegistry('executor', '1.2.3');
  createWorkerMetrics(registry).jobsFailed.inc({ kind: 'execute', reason: 'cut-off' });
  expect(await registry.metrics()).toContain('scale_jobs_failed_total{kind="execute",reason="cut-off"} 1');
});
