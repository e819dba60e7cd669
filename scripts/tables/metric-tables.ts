// The tables of metrics in the documentation: rows come from the sets that the services register.
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createCoordinatorMetrics } from '../../services/coordinator/coordinator-metrics.ts';
import { codeVerdictKinds } from '../../services/domain/ports.ts';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import { createBusMetrics, createMetricsRegistry } from '../../services/shared/telemetry/metrics.ts';
import {
  createAnswerMetrics,
  createModelMetrics,
  createSandboxMetrics,
  createWorkerMetrics,
} from '../../services/shared/telemetry/worker-metrics.ts';

/** By the names that pages call them. */
const sets: Readonly<Record<string, (registry: Registry) => void>> = {
  coordinator: (registry) =>
    createCoordinatorMetrics(registry, {
      figures: () => ({ runs: [], runsLed: 0, jobsOutstanding: 0, workersByKind: new Map(), waits: new Map() }),
      bus: {
        jobs: { waitingSince: async () => new Map() },
        fill: async () => [],
        link: () => ({ isUp: true, reconnects: 0, serverVersion: '' }),
      },
      ...{ logger: pino({ level: 'silent' }), timing: systemTiming },
    }),
  workers: (registry) => {
    createWorkerMetrics(registry, [], [], () => ({ slots: 0, inFlight: 0, heldUp: 0 }));
    createModelMetrics(registry, () => []);
  },
  executor: (registry) => {
    createSandboxMetrics(registry, codeVerdictKinds);
    createAnswerMetrics(registry, () => 0);
  },
};

/** Every metric that a service of ours has, those of Node.js and of its process among them. */
export function metricNames(): Set<string> {
  const common = metricsOf(everyService()).map(({ name }) => name);
  return new Set([...common, ...Object.values(sets).flatMap((fill) => metricsOf(filled(fill)).map(({ name }) => name))]);
}

/** The labels of all metrics of ours. */
export function metricLabels(): Set<string> {
  const registries = [everyService(), ...Object.values(sets).map(filled)];
  const metrics = registries.flatMap(metricsOf).filter(({ name }) => name.startsWith('scale_'));
  return new Set(metrics.flatMap(({ labelNames }) => labelNames));
}

/** A page's text with its tables as they are now. They stand between two comments, of which the first names the set. */
export function withMetricTables(page: string): string {
  return page.replace(/(<!-- metrics: ([a-z ]+) -->\n)[\s\S]*?(?=<!-- end of metrics -->)/g, (_, mark: string, name: string) => {
    const registry = name === 'every service' ? everyService() : sets[name] && filled(sets[name]);
    if (registry === undefined) throw new RangeError(`there is no set of metrics "${name}"`);
    const rows = metricsOf(registry).filter((metric) => metric.name.startsWith('scale_'));
    return `${mark}\n| metric | labels | what it is |\n| --- | --- | --- |\n${rows.map(row).join('\n')}\n\n`;
  });
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

function row({ name, help, labelNames }: Metric): string {
  return `| \`${name}\` | ${labelNames.length === 0 ? '–' : labelNames.join(', ')} | ${help} |`;
}

function everyService(): Registry {
  const registry = createMetricsRegistry('', '');
  createBusMetrics(registry, () => undefined);
  return registry;
}

function filled(fill: (registry: Registry) => void): Registry {
  const registry = new Registry();
  fill(registry);
  return registry;
}

/** The client's types leave out the labels, which each metric has. */
function metricsOf(registry: Registry): Metric[] {
  return registry.getMetricsAsArray().map((metric) => ({ labelNames: [], ...metric }));
}
