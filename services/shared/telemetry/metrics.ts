import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * What the services measure. Each uses only the sets it needs, so /metrics shows nothing that stays at zero for ever. Labels are
 * few and bounded: never the id of a run, a job or a query.
 */
export function createMetricsRegistry(service: string, version: string): Registry {
  const registry = new Registry();
  // Memory, CPU, and the event loop's lag, which says whether heartbeats can be late.
  collectDefaultMetrics({ register: registry });
  gauge(registry, 'scale_build_info', 'Always 1; the labels say what runs', ['service', 'version']).set({ service, version }, 1);
  return registry;
}

/** For a worker: executor or predictor. */
export function createWorkerMetrics(registry: Registry, figures: () => { readonly slots: number; readonly inFlight: number }) {
  const inFlight: Gauge = gauge(registry, 'scale_jobs_in_flight', 'Jobs that are being worked on', [], () =>
    inFlight.set(figures().inFlight),
  );
  const slots: Gauge = gauge(registry, 'scale_job_slots', 'Jobs that may be worked on at the same time', [], () =>
    slots.set(figures().slots),
  );
  return {
    jobsSettled: counter(registry, 'scale_jobs_settled_total', 'Deliveries by what became of them: done, lost, poison, …', [
      'kind',
      'settlement',
    ]),
    jobRunSeconds: histogram(registry, 'scale_job_run_seconds', 'From delivery to stored result', ['kind'], jobSeconds),
  };
}

/** How an endpoint is doing now: the part of services/shared/models' EndpointHealth that the metrics need. */
export interface EndpointFigures {
  readonly endpoint: string;
  readonly state: string;
  readonly inFlight: number;
  readonly limit: number;
  readonly failures: Readonly<Partial<Record<string, number>>>;
}

/** For services that call models. Gauges are read from `endpoints` when they are requested. */
export function createModelMetrics(registry: Registry, endpoints: () => readonly EndpointFigures[]) {
  const read = (name: string, help: string, value: (figures: EndpointFigures) => number): void => {
    const each = gauge(registry, name, help, ['endpoint'], () => {
      each.reset();
      for (const figures of endpoints()) each.set({ endpoint: figures.endpoint }, value(figures));
    });
  };
  read('scale_model_calls_in_flight', 'Calls under way', ({ inFlight }) => inFlight);
  read('scale_model_concurrency_limit', 'Calls allowed at the same time now', ({ limit }) => limit);
  read('scale_model_circuit_open', '1 while an endpoint is not called', ({ state }) => (state === 'open' ? 1 : 0));
  const failures: Gauge<'endpoint' | 'kind'> = gauge(
    registry,
    'scale_model_failed_attempts',
    'Attempts that failed since the start',
    ['endpoint', 'kind'],
    () => {
      failures.reset();
      for (const { endpoint, failures: byKind } of endpoints()) {
        for (const [kind, count] of Object.entries(byKind)) failures.set({ endpoint, kind }, count ?? 0);
      }
    },
  );
  return {
    calls: counter(registry, 'scale_model_calls_total', 'Finished model calls', ['endpoint', 'model']),
    cached: counter(registry, 'scale_model_cached_replies_total', 'Calls that the response cache answered', ['model']),
    tokens: counter(registry, 'scale_model_tokens_total', 'Tokens, prompt or completion', ['model', 'direction']),
    callSeconds: histogram(registry, 'scale_model_call_seconds', 'From request to full reply', ['endpoint'], callSeconds),
    firstTokenSeconds: histogram(registry, 'scale_model_first_token_seconds', 'Time to first token', ['endpoint'], callSeconds),
  };
}

/** For the coordinator: `scale_jobs_outstanding` is what to scale executors on. */
export function createCoordinatorMetrics(
  registry: Registry,
  figures: () => {
    readonly runsLed: number;
    readonly jobsOutstanding: number;
    readonly workersByKind: ReadonlyMap<string, number>;
    readonly waits: ReadonlyMap<string, number>;
  },
): void {
  const outstanding: Gauge = gauge(
    registry,
    'scale_jobs_outstanding',
    'Jobs issued and not answered, of runs that are not paused',
    [],
    () => outstanding.set(figures().jobsOutstanding),
  );
  const led: Gauge = gauge(registry, 'scale_runs_led', 'Runs that this coordinator drives', [], () => led.set(figures().runsLed));
  const workers = gauge(registry, 'scale_workers', 'Workers heard from lately that take jobs of a kind', ['kind'], () => {
    for (const [kind, count] of figures().workersByKind) workers.set({ kind }, count);
  });
  const waiting = gauge(
    registry,
    'scale_run_waiting_seconds',
    'The longest wait of a run, by what it waits for',
    ['kind'],
    () => {
      for (const [kind, ms] of figures().waits) waiting.set({ kind }, ms / 1000);
    },
  );
}

const callSeconds = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300];
const jobSeconds = [0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800];

function counter<Label extends string>(registry: Registry, name: string, help: string, labelNames: Label[]): Counter<Label> {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

/** `collect` sets the value when it is requested. */
function gauge<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: Label[],
  collect?: () => void,
): Gauge<Label> {
  return new Gauge({ name, help, labelNames, registers: [registry], ...(collect ? { collect } : {}) });
}

function histogram<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: Label[],
  buckets: number[],
): Histogram<Label> {
  return new Histogram({ name, help, labelNames, buckets, registers: [registry] });
}
