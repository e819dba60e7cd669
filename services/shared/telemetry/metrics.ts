import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * What the services measure. Each takes the sets that it uses, so /metrics shows nothing that stays at zero for ever. Labels
 * are few and bounded: never a run's, a job's or a query's id.
 */
export function createMetricsRegistry(service: string, version: string): Registry {
  const registry = new Registry();
  // Memory, CPU, and the event loop's lag, which says whether heartbeats can be late.
  collectDefaultMetrics({ register: registry });
  gauge(registry, 'scale_build_info', 'Always 1; the labels tell what runs', ['service', 'version']).set({ service, version }, 1);
  return registry;
}

/** Of a worker: executor or predictor. */
export function createWorkerMetrics(registry: Registry) {
  return {
    jobsCompleted: counter(registry, 'scale_jobs_completed_total', 'Jobs whose result is stored', ['kind']),
    jobsFailed: counter(registry, 'scale_jobs_failed_total', 'Jobs that ended in a failure', ['kind', 'reason']),
    jobsRedelivered: counter(registry, 'scale_jobs_redelivered_total', 'Deliveries that were not the first', ['kind']),
    jobsPoisoned: counter(registry, 'scale_jobs_poisoned_total', 'Jobs given up since they kill their workers', ['kind']),
    jobRunSeconds: histogram(registry, 'scale_job_run_seconds', 'From delivery to stored result', ['kind'], jobSeconds),
    jobsInFlight: gauge(registry, 'scale_jobs_in_flight', 'Jobs that are being worked on', ['kind']),
    slots: gauge(registry, 'scale_job_slots', 'Jobs that may be worked on at the same time', ['kind']),
  };
}

/** Of whoever calls models. */
export function createModelMetrics(registry: Registry) {
  return {
    calls: counter(registry, 'scale_model_calls_total', 'Model calls by how they ended', ['endpoint', 'outcome']),
    retries: counter(registry, 'scale_model_retries_total', 'Attempts after the first', ['endpoint']),
    tokens: counter(registry, 'scale_model_tokens_total', 'Tokens, prompt or completion', ['endpoint', 'direction']),
    callSeconds: histogram(registry, 'scale_model_call_seconds', 'From request to full reply', ['endpoint'], callSeconds),
    firstTokenSeconds: histogram(registry, 'scale_model_first_token_seconds', 'Time to first token', ['endpoint'], callSeconds),
    concurrencyLimit: gauge(registry, 'scale_model_concurrency_limit', 'Calls allowed at the same time now', ['endpoint']),
    circuitOpen: gauge(registry, 'scale_model_circuit_open', '1 while an endpoint is not called', ['endpoint']),
  };
}

/** Of the connection to NATS. */
export function createBusMetrics(registry: Registry) {
  return {
    reconnects: counter(registry, 'scale_nats_reconnects_total', 'Connections to NATS that were lost and made anew', []),
    publishSeconds: histogram(
      registry,
      'scale_bus_publish_seconds',
      'From publish to acknowledgement',
      ['stream'],
      publishSeconds,
    ),
  };
}

/** Of the coordinator. */
export function createCoordinatorMetrics(registry: Registry) {
  return {
    jobsIssued: counter(registry, 'scale_jobs_issued_total', 'Jobs published, again or for the first time', ['kind']),
    jobsOutstanding: gauge(registry, 'scale_jobs_outstanding', 'Jobs issued and not answered: what to scale executors on', []),
    runs: gauge(registry, 'scale_runs', 'Runs by state', ['state']),
    runsLed: gauge(registry, 'scale_runs_led', 'Runs whose lease this coordinator holds', []),
  };
}

const publishSeconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5];
const callSeconds = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300];
const jobSeconds = [0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800];

function counter<Label extends string>(registry: Registry, name: string, help: string, labelNames: Label[]): Counter<Label> {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

function gauge<Label extends string>(registry: Registry, name: string, help: string, labelNames: Label[]): Gauge<Label> {
  return new Gauge({ name, help, labelNames, registers: [registry] });
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
