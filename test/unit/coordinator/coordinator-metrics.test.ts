import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { CoordinatorFigures } from '../../../services/coordinator/coordinator.ts';
import { createCoordinatorMetrics } from '../../../services/coordinator/coordinator-metrics.ts';
import type { RunFigures } from '../../../services/coordinator/runs/run-figures.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import type { JobKind } from '../../../services/shared/messaging/bus.ts';
import { createMetricsRegistry } from '../../../services/shared/telemetry/metrics.ts';

const run: RunFigures = {
  ...{ runId: 'r1', createdAtMs: 1, simulated: true, isPaused: false, isLeading: true, movedAtMs: 5_000 },
  ...{ roundsCompleted: 3, maxRounds: 20, bestScore: 0.75, outstanding: { execute: 6, propose: 1 }, tokenBudget: 900 },
  spent: async () => ({ tokens: 450, money: { amount: 1.25, currency: 'EUR' } }),
};

function metricsOf(runs: () => readonly RunFigures[], bus: Partial<Parameters<typeof createCoordinatorMetrics>[1]['bus']> = {}) {
  const registry = createMetricsRegistry('coordinator', '1.2.3');
  const figures = (): CoordinatorFigures => ({
    ...{ runs: runs(), runsLed: runs().filter(({ isLeading }) => isLeading).length, jobsOutstanding: 7 },
    ...{ workersByKind: new Map([['execute', 2]]), waits: new Map([['executor', 12_500]]) },
  });
  createCoordinatorMetrics(registry, {
    figures,
    bus: {
      link: () => ({ isUp: true, reconnects: 0, serverVersion: '' }),
      jobs: { waitingSince: async () => new Map<JobKind, number>([['execute', Date.now() - 60_000]]) },
      fill: async () => [
        { stream: 'DEAD', messages: 2, bytes: 200, maxBytes: 1_000, refusesWhenFull: false, differs: [] },
        { stream: 'EVENTS', messages: 9, bytes: 800, maxBytes: 1_000, refusesWhenFull: true, differs: [] },
      ],
      ...bus,
    },
    logger: pino({ level: 'silent' }),
    timing: systemTiming,
  });
  return () => registry.metrics();
}

test('a run that is led here is shown with its progress, budget and score, marked as simulated', async () => {
  const text = await metricsOf(() => [run])();
  for (const line of [
    'scale_runs_led 1',
    'scale_jobs_outstanding{kind="execute"} 6',
    'scale_jobs_outstanding{kind="predict"} 0',
    'scale_workers{kind="execute"} 2',
    'scale_run_waiting_seconds{kind="executor"} 12.5',
    'scale_run_leading{run="r1"} 1',
    'scale_run_paused{run="r1"} 0',
    'scale_run_rounds_completed{run="r1"} 3',
    'scale_run_rounds_limit{run="r1"} 20',
    'scale_run_last_progress_timestamp_seconds{run="r1"} 5',
    'scale_run_best_score{run="r1",simulated="true"} 0.75',
    'scale_run_budget_tokens{run="r1"} 900',
    'scale_run_spent_tokens{run="r1"} 450',
    'scale_run_spent_money{run="r1",currency="EUR"} 1.25',
    'scale_stream_bytes{stream="EVENTS",when_full="refuses"} 800',
    'scale_stream_limit_bytes{stream="DEAD",when_full="forgets"} 1000',
    'scale_dead_messages{stream="DEAD"} 2',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  const age = Number(/scale_queue_oldest_job_age_seconds\{kind="execute"\} (\S+)/.exec(text)?.[1]);
  expect(age).toBeGreaterThan(59);
  expect(text).toContain('scale_queue_oldest_job_age_seconds{kind="predict"} 0\n');
});

test('of a run that another leads only that is said, of a paused one no progress, and of one that has ended nothing', async () => {
  let runs: RunFigures[] = [
    { ...run, isLeading: false },
    { ...run, runId: 'r2', isPaused: true },
  ];
  const scrape = metricsOf(() => runs);
  const text = await scrape();
  expect(text.match(/.*run="r1".*/g)).toEqual(['scale_run_leading{run="r1"} 0']);
  expect(text).toContain('scale_run_paused{run="r2"} 1\n');
  expect(text).not.toMatch(/last_progress.*r2/);
  expect(text).toContain('scale_jobs_outstanding{kind="execute"} 0\n');
  runs = [];
  expect(await scrape()).not.toMatch(/run="/);
});

test('of very many runs the newest hundred have series, and all are counted', async () => {
  const many = Array.from({ length: 130 }, (_, index) => ({ ...run, runId: `r${index}`, createdAtMs: index }));
  const text = await metricsOf(() => many)();
  const shown = [...text.matchAll(/^scale_run_leading\{run="(.*)"\}/gm)].map(([, runId]) => runId);
  expect(shown).toHaveLength(100);
  expect(shown).toContain('r129');
  expect(shown).not.toContain('r29');
  expect(text).toContain('scale_runs_unfinished 130\n');
});

test('where the bus does not answer there is no value, not an old one, and that is counted', async () => {
  let isDown = false;
  const whenUp = <T>(value: T) => (isDown ? Promise.reject(new Error('no answer')) : Promise.resolve(value));
  const scrape = metricsOf(() => [{ ...run, spent: () => whenUp({ tokens: 450 }) }], { fill: () => whenUp([]) });
  expect(await scrape()).toContain('scale_run_spent_tokens{run="r1"} 450\n');
  isDown = true;
  const text = await scrape();
  expect(text).not.toContain('scale_run_spent_tokens{');
  expect(text).not.toContain('scale_stream_bytes{');
  // The rest of the scrape is there.
  expect(text).toContain('scale_run_leading{run="r1"} 1\n');
  expect(Number(/^scale_bus_failed_looks_total (\d+)/m.exec(await scrape())?.[1])).toBeGreaterThan(0);
});
