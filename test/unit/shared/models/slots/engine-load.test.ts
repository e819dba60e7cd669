import { expect, test } from 'vitest';
import { readEngineLoad } from '../../../../../services/shared/models/slots/engine-load.ts';

test.each([
  [
    'vLLM since 0.10, with two ranks',
    `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="Qwen/Qwen3-8B"} 30.0
vllm:num_requests_running{engine="1",model_name="Qwen/Qwen3-8B"} 12.0
vllm:num_requests_waiting{engine="0",model_name="Qwen/Qwen3-8B"} 4.0
vllm:num_requests_waiting{engine="1",model_name="Qwen/Qwen3-8B"} 0.0
vllm:kv_cache_usage_perc{engine="0",model_name="Qwen/Qwen3-8B"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="Qwen/Qwen3-8B"} 0.75
vllm:num_preemptions_total{engine="0",model_name="Qwen/Qwen3-8B"} 3.0
vllm:num_preemptions_created{engine="0",model_name="Qwen/Qwen3-8B"} 1.7e+09
`,
    { running: 42, waiting: 4, cacheUse: 0.75, preemptions: 3 },
  ],
  [
    'an older vLLM',
    'vllm:num_requests_running{model_name="m"} 2.0\nvllm:num_requests_waiting{model_name="m"} 1.0\nvllm:gpu_cache_usage_perc{model_name="m"} 0.5\n',
    { running: 2, waiting: 1, cacheUse: 0.5, preemptions: 0 },
  ],
  [
    'vLLM under Ray Serve',
    'ray_vllm_num_requests_running{model_name="m"} 2\nray_vllm_num_requests_waiting{model_name="m"} 0\n',
    { running: 2, waiting: 0, cacheUse: 0, preemptions: 0 },
  ],
  [
    'SGLang',
    'sglang:num_running_reqs{model_name="m"} 162.0\nsglang:num_queue_reqs{model_name="m"} 2826.0\nsglang:token_usage{model_name="m"} 0.28\n',
    { running: 162, waiting: 2826, cacheUse: 0.28, preemptions: 0 },
  ],
  [
    'SGLang with priorities: the total, and its parts',
    'sglang:num_running_reqs{model_name="m",priority=""} 5.0\nsglang:num_running_reqs{model_name="m",priority="1"} 5.0\nsglang:num_queue_reqs{model_name="m",priority=""} 3.0\nsglang:num_queue_reqs{model_name="m",priority="1"} 2.0\nsglang:num_queue_reqs{model_name="m",priority="-2"} 1.0\n',
    { running: 5, waiting: 3, cacheUse: 0, preemptions: 0 },
  ],
  [
    'SGLang with the figures of all ranks: those of one group say the same',
    ['0', '1', '2', '3']
      .map((rank) => {
        const labels = `{model_name="m",pp_rank="0",tp_rank="${rank}",dp_rank="${rank < '2' ? 0 : 1}"}`;
        return `sglang:num_running_reqs${labels} ${rank < '2' ? 5 : 7}\nsglang:num_queue_reqs${labels} 1\n`;
      })
      .join(''),
    { running: 12, waiting: 2, cacheUse: 0, preemptions: 0 },
  ],
  ['another server', 'process_cpu_seconds_total 3.1\nhttp_requests_total{code="200"} 5\n', undefined],
  ['a page', '<html>vllm:num_requests_running 3</html>', undefined],
  ['nothing', '', undefined],
])('%s', (_who, text, load) => {
  expect(readEngineLoad(text)).toEqual(load);
});
