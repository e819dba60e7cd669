import type { Registry } from 'prom-client';
import type { Usage } from '../../domain/ports.ts';
import { counter, createMetricsRegistry, gaugeOf, histogram } from '../../shared/telemetry/metrics.ts';
import { version } from '../../shared/telemetry/version.ts';
import type { RouteShown } from '../route/route-shown.ts';

export interface ServeMetrics {
  readonly registry: Registry;
  /** @param outcome the HTTP status, or `gone` for a client that has hung up */
  ended(outcome: string, seconds: number, used: { readonly usage: Usage; readonly calls: number }): void;
  /** The way that a router's query went. @param failed its last step gave no answer */
  routed(route: RouteShown, failed: boolean): void;
}

const buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

export function createServeMetrics(inFlight: () => number): ServeMetrics {
  const registry = createMetricsRegistry('serve', version);
  const requests = counter(registry, 'scale_serve_requests_total', 'Requests that have ended, by HTTP status or gone', [
    'outcome',
  ]);
  const seconds = histogram(
    registry,
    'scale_serve_request_seconds',
    'From a request to the end of its answer',
    ['outcome'],
    buckets,
  );
  const calls = counter(registry, 'scale_serve_calls_total', 'Finished calls to models', []);
  const tokens = counter(registry, 'scale_serve_tokens_total', 'Tokens of finished calls to models', ['kind']);
  const steps = counter(registry, 'scale_serve_route_steps_total', 'Steps of a router, by what came of them', [
    'step',
    'outcome',
  ]);
  const stepTokens = counter(registry, 'scale_serve_route_tokens_total', 'Tokens by step of a router', ['step']);
  gaugeOf(registry, 'scale_serve_requests_in_flight', 'Requests whose workflow runs', [], () => [[{}, inFlight()]]);
  return {
    registry,
    ended: (outcome, tookSeconds, { usage, calls: made }) => {
      requests.inc({ outcome });
      seconds.observe({ outcome }, tookSeconds);
      calls.inc(made);
      tokens.inc({ kind: 'prompt' }, usage.promptTokens);
      tokens.inc({ kind: 'completion' }, usage.completionTokens);
    },
    routed: ({ step, left, tokens: used }, failed) => {
      for (const { step: place, why } of left) steps.inc({ step: String(place), outcome: why });
      steps.inc({ step: String(step), outcome: failed ? 'failed' : 'answered' });
      for (const { step: place, tokens: spent } of used) stepTokens.inc({ step: String(place) }, spent);
    },
  };
}
