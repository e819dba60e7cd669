import type { Registry } from 'prom-client';
import { counter, counterOf, gaugeOf, histogram, type Reading } from './metrics.ts';

export interface WorkerFigures {
  readonly slots: number;
  readonly inFlight: number;
  /** Of those, the ones whose last try failed for what is not their doing. */
  readonly heldUp: number;
}

/** For a worker: executor or predictor. @param kinds of jobs that it takes @param failures that a job may end with */
export function createWorkerMetrics(
  registry: Registry,
  kinds: readonly string[],
  failures: readonly string[],
  figures: () => WorkerFigures,
) {
  const one = (name: string, help: string, read: (now: WorkerFigures) => number) =>
    gaugeOf(registry, name, help, [], () => [[{}, read(figures())]]);
  one('scale_jobs_in_flight', 'Jobs that are being worked on', ({ inFlight }) => inFlight);
  one('scale_job_slots', 'Jobs that may be worked on at the same time', ({ slots }) => slots);
  one('scale_jobs_held_up', 'Jobs in flight that wait to be tried again, such as for an endpoint', ({ heldUp }) => heldUp);
  const metrics = {
    deliveries: counter(registry, 'scale_job_deliveries_total', 'Jobs received, each time that one was', ['kind']),
    redeliveries: counter(registry, 'scale_job_redeliveries_total', 'Of those, the ones that had been delivered before', [
      'kind',
    ]),
    settled: counter(registry, 'scale_jobs_settled_total', 'Deliveries by what became of them: done, lost, poison, …', [
      'kind',
      'settlement',
    ]),
    failures: counter(registry, 'scale_job_failures_total', 'Jobs that are done and failed, by what went wrong', [
      'kind',
      'failure',
    ]),
    runSeconds: histogram(registry, 'scale_job_run_seconds', 'From delivery to stored result', ['kind'], jobSeconds),
  };
  // A rate of what has not happened yet is 0, and not unknown.
  for (const kind of kinds) {
    metrics.deliveries.inc({ kind }, 0);
    metrics.redeliveries.inc({ kind }, 0);
    for (const settlement of ['done', 'poison']) metrics.settled.inc({ kind, settlement }, 0);
    for (const failure of failures) metrics.failures.inc({ kind, failure }, 0);
  }
  return metrics;
}

/** How an endpoint is doing now: the part of services/shared/models' EndpointHealth that the metrics need. */
export interface EndpointFigures {
  readonly endpoint: string;
  readonly state: string;
  readonly inFlight: number;
  readonly limit: number;
  readonly ended: Readonly<Record<string, number>>;
  readonly retries: number;
}

/** For services that call models. `endpoints` is read when it is requested, and may name a server once for each model. */
export function createModelMetrics(registry: Registry, endpoints: () => readonly EndpointFigures[]) {
  const sum = (one: number, other: number) => one + other;
  const read =
    (value: (figures: EndpointFigures) => number, join: (one: number, other: number) => number) =>
    (): Reading<'model_endpoint'>[] => {
      const found = new Map<string, number>();
      for (const figures of endpoints()) {
        const [{ endpoint }, now] = [figures, value(figures)];
        const before = found.get(endpoint);
        found.set(endpoint, before === undefined ? now : join(before, now));
      }
      return [...found].map(([endpoint, now]) => [{ model_endpoint: endpoint }, now]);
    };
  const labels = ['model_endpoint'] as const;
  gaugeOf(
    registry,
    'scale_model_calls_in_flight',
    'Calls under way',
    labels,
    read(({ inFlight }) => inFlight, sum),
  );
  gaugeOf(
    registry,
    'scale_model_concurrency_limit',
    'Calls that this process may have under way now, over all models of the endpoint',
    labels,
    // They share the process's slots at the endpoint.
    read(({ limit }) => limit, Math.max),
  );
  gaugeOf(
    registry,
    'scale_model_circuit_open',
    '1 while an endpoint is not called, since it failed too often',
    labels,
    read(({ state }) => (state === 'open' ? 1 : 0), Math.max),
  );
  counterOf(
    registry,
    'scale_model_retries_total',
    'Attempts at a call after one that had failed',
    labels,
    read(({ retries }) => retries, sum),
  );
  counterOf(
    registry,
    'scale_model_attempts_total',
    'Attempts at calls that have ended, by how: answered, refused in words, given up by the caller, or what went wrong',
    ['model_endpoint', 'outcome'],
    () =>
      endpoints().flatMap(({ endpoint, ended }) =>
        Object.entries(ended).map(
          ([outcome, count]): Reading<'model_endpoint' | 'outcome'> => [{ model_endpoint: endpoint, outcome }, count],
        ),
      ),
  );
  return {
    calls: counter(registry, 'scale_model_calls_total', 'Model calls that were answered', ['model_endpoint', 'model']),
    cached: counter(registry, 'scale_model_cached_replies_total', 'Calls that the response cache answered', ['model']),
    tokens: counter(registry, 'scale_model_tokens_total', 'Tokens of answered calls, prompt or completion', [
      'model_endpoint',
      'model',
      'direction',
    ]),
    callSeconds: histogram(registry, 'scale_model_call_seconds', 'From request to full reply', ['model_endpoint'], callSeconds),
    firstTokenSeconds: histogram(
      registry,
      'scale_model_first_token_seconds',
      'Time to first token',
      ['model_endpoint'],
      callSeconds,
    ),
  };
}

const callSeconds = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300];
const jobSeconds = [0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800];

/** For a service that runs programs which models wrote. @param verdicts that a program may get */
export function createSandboxMetrics(registry: Registry, verdicts: readonly string[]) {
  const programs = counter(registry, 'scale_sandbox_programs_total', 'Programs that were run, by verdict', ['verdict']);
  for (const verdict of verdicts) programs.inc({ verdict }, 0);
  const cpuSeconds = counter(registry, 'scale_sandbox_cpu_seconds_total', 'CPU time of these programs', []);
  return { programs, cpuSeconds };
}

/** For a service that answers for served workflows. */
export function createAnswerMetrics(registry: Registry, inFlight: () => number) {
  gaugeOf(registry, 'scale_answers_in_flight', 'Answers under way for served workflows', [], () => [[{}, inFlight()]]);
  const answers = counter(
    registry,
    'scale_answers_total',
    'Answers that have ended: answered, failed by the workflow, gone with whoever asked, or what went wrong',
    ['outcome'],
  );
  for (const outcome of ['answered', 'failed']) answers.inc({ outcome }, 0);
  return { ended: (outcome: string): void => answers.inc({ outcome }) };
}
