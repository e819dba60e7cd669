import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Pacing } from './pacing.ts';

export interface FinishedRequest {
  readonly model: string;
  readonly promptTokens: number;
  readonly generationTokens: number;
  readonly finishReason: string;
  /** Before its first step. */
  readonly queueMs: number;
  readonly timeToFirstTokenMs: number;
  readonly elapsedMs: number;
}

export interface VllmMetrics {
  readonly contentType: string;
  prefixCache(model: string, tokens: number, hitTokens: number): void;
  finished(request: FinishedRequest): void;
  /** A client that hung up. */
  cutOff(request: Pick<FinishedRequest, 'model' | 'promptTokens' | 'generationTokens'>): void;
  text(): Promise<string>;
}

const finishReasons = ['stop', 'length', 'abort', 'error'] as const;

/** The metrics by which a client steers, under vLLM's names. */
export function createVllmMetrics(pacing: Pacing, models: readonly string[]): VllmMetrics {
  const registry = new Registry();
  const registers = [registry];
  const labelNames = ['model_name'] as const;
  const gauge = (name: string, help: string, value: () => number): void => {
    const served = models[0] ?? '';
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.set({ model_name: served }, value());
      },
    });
  };
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, labelNames, registers, buckets });

  gauge('vllm:num_requests_running', 'Requests in the running batch.', () => pacing.running);
  gauge('vllm:num_requests_waiting', 'Requests that wait for a place in the batch.', () => pacing.waiting);
  gauge('vllm:kv_cache_usage_perc', 'Used part of the KV cache, 0 to 1.', () => pacing.kvUsage);
  new Counter({
    name: 'vllm:num_preemptions_total',
    help: 'Sequences that have lost their blocks to older ones.',
    labelNames,
    registers,
    collect() {
      this.reset();
      this.inc({ model_name: models[0] ?? '' }, pacing.preemptions);
    },
  });
  const promptTokens = counter('vllm:prompt_tokens_total', 'Prompt tokens processed.');
  const generationTokens = counter('vllm:generation_tokens_total', 'Tokens generated.');
  const cacheQueries = counter('vllm:prefix_cache_queries_total', 'Prompt tokens looked up in the prefix cache.');
  const cacheHits = counter('vllm:prefix_cache_hits_total', 'Prompt tokens found in the prefix cache.');
  const success = new Counter({
    name: 'vllm:request_success_total',
    help: 'Finished requests by finish reason.',
    labelNames: ['model_name', 'finished_reason'],
    registers,
  });
  const latencyBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
  const queued = histogram('vllm:request_queue_time_seconds', 'Time from arrival to the first step.', latencyBuckets);
  const firstToken = histogram('vllm:time_to_first_token_seconds', 'Time to the first token.', latencyBuckets);
  const interToken = histogram('vllm:inter_token_latency_seconds', 'Mean time between tokens of a request.', latencyBuckets);
  const wholeRequest = histogram('vllm:e2e_request_latency_seconds', 'Time from arrival to the last token.', latencyBuckets);

  // vLLM shows all of them before its first request; of a counter that comes with a request, a monitor sees no increase by it.
  for (const model_name of models) {
    for (const each of [promptTokens, generationTokens, cacheQueries, cacheHits]) each.inc({ model_name }, 0);
    for (const finished_reason of finishReasons) success.inc({ model_name, finished_reason }, 0);
    for (const each of [queued, firstToken, interToken, wholeRequest]) each.zero({ model_name });
  }

  return {
    contentType: registry.contentType,
    prefixCache: (model, tokens, hitTokens) => {
      cacheQueries.inc({ model_name: model }, tokens);
      cacheHits.inc({ model_name: model }, hitTokens);
    },
    finished: (request) => {
      const labels = { model_name: request.model };
      promptTokens.inc(labels, request.promptTokens);
      generationTokens.inc(labels, request.generationTokens);
      success.inc({ ...labels, finished_reason: request.finishReason });
      queued.observe(labels, request.queueMs / 1000);
      firstToken.observe(labels, request.timeToFirstTokenMs / 1000);
      wholeRequest.observe(labels, request.elapsedMs / 1000);
      const rest = (request.elapsedMs - request.timeToFirstTokenMs) / Math.max(1, request.generationTokens - 1);
      interToken.observe(labels, rest / 1000);
    },
    cutOff: (request) => {
      promptTokens.inc({ model_name: request.model }, request.promptTokens);
      generationTokens.inc({ model_name: request.model }, request.generationTokens);
      success.inc({ model_name: request.model, finished_reason: 'abort' });
    },
    text: () => registry.metrics(),
  };
}
