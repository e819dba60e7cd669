import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * What a service measures. Each uses only the sets that it needs, so that /metrics shows nothing that stays at zero for ever.
 * Labels are few and bounded: never the id of a job or a query, and that of a run only while the run lasts.
 */
export function createMetricsRegistry(role: string, version: string): Registry {
  const registry = new Registry();
  // Memory, CPU, and the event loop's lag, which says whether heartbeats can be late.
  collectDefaultMetrics({ register: registry });
  // Gauges under the names of counters, which each linter of metrics refuses; their sums are there by type without them.
  for (const name of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${name}_total`);
  gauge(registry, 'scale_build_info', 'Always 1; the labels say what runs', ['role', 'version']).set({ role, version }, 1);
  return registry;
}

/** For a service on the bus. @param link undefined until it has connected for the first time */
export function createBusMetrics(
  registry: Registry,
  link: () => { readonly isUp: boolean; readonly reconnects: number } | undefined,
): void {
  gaugeOf(registry, 'scale_bus_connected', '1 while the connection to NATS is up', [], () => [[{}, link()?.isUp ? 1 : 0]]);
  counterOf(registry, 'scale_bus_reconnects_total', 'Connections to NATS that were lost and made again', [], () => [
    [{}, link()?.reconnects ?? 0],
  ]);
}

/** One series: its labels, and what it is now. */
export type Reading<Label extends string> = readonly [labels: Readonly<Record<Label, string>>, value: number];
type Readings<Label extends string> = Iterable<Reading<Label>>;

export function counter<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
): Counter<Label> {
  return new Counter(configuration(registry, name, help, labelNames));
}

export function gauge<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
): Gauge<Label> {
  return new Gauge(configuration(registry, name, help, labelNames));
}

/** A gauge that is read when it is asked for; series that are no longer read are gone. */
export function gaugeOf<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: () => Readings<Label> | Promise<Readings<Label>>,
): void {
  new Gauge({
    ...configuration(registry, name, help, labelNames),
    async collect() {
      const readings = [...(await read())];
      this.reset();
      for (const [labels, value] of readings) this.set(labels, value);
    },
  });
}

/** The same of something that only grows and is counted elsewhere. */
export function counterOf<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: () => Readings<Label>,
): void {
  new Counter({
    ...configuration(registry, name, help, labelNames),
    collect() {
      this.reset();
      for (const [labels, value] of read()) this.inc(labels, value);
    },
  });
}

export function histogram<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  buckets: readonly number[],
): Histogram<Label> {
  return new Histogram({ ...configuration(registry, name, help, labelNames), buckets: [...buckets] });
}

function configuration<Label extends string>(registry: Registry, name: string, help: string, labelNames: readonly Label[]) {
  return { name, help, labelNames: [...labelNames], registers: [registry] };
}
