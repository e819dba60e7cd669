/** What an inference engine says of itself at one moment, over all of its ranks. */
export interface EngineLoad {
  /** Requests in the running batch. */
  readonly running: number;
  /** Requests that wait for a place in it. */
  readonly waiting: number;
  /** Used part of the KV cache, 0 to 1; 0 where it is not said. */
  readonly cacheUse: number;
  /** Requests that have lost their place to others, since the engine's start; 0 where it is not said. */
  readonly preemptions: number;
}

interface MetricNames {
  readonly running: readonly string[];
  readonly waiting: readonly string[];
  readonly cacheUse: readonly string[];
  readonly preemptions: readonly string[];
}

/**
 * Names change with versions. vLLM: `gpu_cache_usage_perc`, later `kv_cache_usage_perc` (docs.vllm.ai/en/latest/usage/metrics).
 * SGLang: docs.sglang.ai/references/production_metrics.html; a request that it retracts is one preempted.
 */
const engines: readonly MetricNames[] = [
  {
    running: ['vllm:num_requests_running'],
    waiting: ['vllm:num_requests_waiting'],
    cacheUse: ['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'],
    preemptions: ['vllm:num_preemptions_total', 'vllm:num_preemptions'],
  },
  {
    running: ['sglang:num_running_reqs'],
    waiting: ['sglang:num_queue_reqs'],
    cacheUse: ['sglang:token_usage'],
    preemptions: ['sglang:num_retracted_requests_total', 'sglang:num_retracted_reqs_total'],
  },
];

/** The load in the answer of a server's /metrics; undefined where no known engine speaks. */
export function readEngineLoad(text: string): EngineLoad | undefined {
  const values = samplesIn(text);
  for (const { running, waiting, cacheUse, preemptions } of engines) {
    const of = (names: readonly string[]): readonly number[] => names.map((name) => values.get(name)).find(Boolean) ?? [];
    if (of(running).length === 0 || of(waiting).length === 0) continue;
    return {
      running: sum(of(running)),
      waiting: sum(of(waiting)),
      cacheUse: Math.max(0, ...of(cacheUse)),
      preemptions: sum(of(preemptions)),
    };
  }
  return undefined;
}

/** A line of the Prometheus text format; Ray Serve puts its own prefix before vLLM's, and writes its colon as an underscore. */
const sample = /^(?:ray_)?(vllm|sglang)[:_](\w+)(?:\{(.*)\})?\s+(\S+)/;
/** SGLang (0.5.23) with priorities gives the total, with `priority=""`, and then its parts. */
const partOfTotal = /\bpriority="[^"]/;
/** Of SGLang, each of which may report what all of its group do. Groups of their own differ in dp_rank. */
const ranksOfGroup = /\b(?:tp|pp|moe_ep)_rank="\d+",?/g;

/** The values of each metric, one a group of ranks. */
function samplesIn(text: string): ReadonlyMap<string, readonly number[]> {
  const values = new Map<string, Map<string, number>>();
  for (const line of text.split('\n')) {
    const [, engine, name, labels = '', value] = sample.exec(line) ?? [];
    const number = Number(value);
    if (engine === undefined || !Number.isFinite(number) || partOfTotal.test(labels)) continue;
    const key = `${engine}:${name}`;
    const groups = values.get(key) ?? new Map<string, number>();
    const group = labels.replace(ranksOfGroup, '');
    values.set(key, groups.set(group, Math.max(number, groups.get(group) ?? number)));
  }
  return new Map([...values].map(([key, groups]) => [key, [...groups.values()]]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
