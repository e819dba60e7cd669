import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { simulatorSettings } from '../../services/shared/config/service-settings/service-settings.ts';
import { type SimulatorOptions, startSimulator } from '../../services/simulator/start-simulator.ts';
import { qwen8bOnH100 } from '../support/simulator/qwen8b-on-h100.ts';

const question = {
  model: 'qwen-plus',
  messages: [{ role: 'user' as const, content: `${'Think about this well. '.repeat(20)}What is the time?` }],
};
const quick = { ...qwen8bOnH100, speed: 1000 };
/** A step takes a minute: whoever is in one stays there. */
const still = { ...qwen8bOnH100, stepMs: 60_000 };
const clientOf = (baseURL: string) => new OpenAI({ baseURL, apiKey: 'anything', maxRetries: 0 });
const start = (options: Partial<SimulatorOptions> = {}) => startSimulator({ known: [], engine: quick, ...options });

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  return Number(new RegExp(`^${name}\\{.*\\} (.*)$`, 'm').exec(text)?.[1]);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the simulated server with an engine like vLLM', () => {
  it('shows all that it counts before its first request', async () => {
    await using simulator = await startSimulator({ known: [], models: ['m'] });
    const text = await (await fetch(new URL('/metrics', simulator.url))).text();
    for (const name of ['prompt_tokens', 'generation_tokens', 'prefix_cache_queries', 'prefix_cache_hits'])
      expect(text).toContain(`vllm:${name}_total{model_name="m"} 0\n`);
    for (const reason of ['stop', 'length', 'abort', 'error'])
      expect(text).toContain(`vllm:request_success_total{model_name="m",finished_reason="${reason}"} 0\n`);
    for (const name of ['request_queue_time', 'time_to_first_token', 'inter_token_latency', 'e2e_request_latency'])
      expect(text).toContain(`vllm:${name}_seconds_count{model_name="m"} 0\n`);
  });

  it('has by default the engine that its settings describe', () => {
    expect(simulatorSettings({})).toMatchObject({ engine: 'fixed', ...qwen8bOnH100 });
  });

  it('says what it says without, streamed or not, with one choice or three', async () => {
    await using fixed = await startSimulator({ known: [] });
    await using engine = await start();
    const request = { ...question, n: 3 };
    const whole = async (url: string) =>
      (await clientOf(url).chat.completions.create(request)).choices.map(({ message }) => message.content);
    const streamed = async (url: string) => {
      const texts = ['', '', ''];
      for await (const { choices } of await clientOf(url).chat.completions.create({ ...request, stream: true })) {
        for (const { index, delta } of choices) texts[index] += delta.content ?? '';
      }
      return texts;
    };
    const expected = await whole(fixed.url);
    expect(await whole(engine.url)).toEqual(expected);
    expect(await streamed(engine.url)).toEqual(expected);
  });

  it('counts the prompt tokens that its cache held', async () => {
    await using simulator = await start();
    for (let call = 0; call < 2; call += 1) await clientOf(simulator.url).chat.completions.create(question);
    const tokens = await metric(simulator.url, 'vllm:prompt_tokens_total');
    expect(await metric(simulator.url, 'vllm:prefix_cache_queries_total')).toBe(tokens);
    // Whole blocks, and never the last token.
    expect(await metric(simulator.url, 'vllm:prefix_cache_hits_total')).toBe(Math.floor((tokens / 2 - 1) / 16) * 16);
    expect(await metric(simulator.url, 'vllm:request_queue_time_seconds_count')).toBe(2);
  });

  it('preempts where the KV cache is too small for all, and finishes all the same', async () => {
    // Twelve choices come at once, and share the prompt's seven blocks; each one's thoughts take some more.
    await using simulator = await start({ engine: { ...quick, kvBlocks: 30 } });
    const request = { ...question, n: 12, chat_template_kwargs: { enable_thinking: true } };
    const { choices } = await clientOf(simulator.url).chat.completions.create(request);
    expect(choices).toHaveLength(12);
    expect(await metric(simulator.url, 'vllm:num_preemptions_total')).toBeGreaterThan(0);
    expect(await metric(simulator.url, 'vllm:kv_cache_usage_perc')).toBe(0);
  });

  it('tells who runs, who waits and how full its cache is, and frees what a client that hangs up held', async () => {
    await using simulator = await start({ engine: still, maxSequences: 2 });
    const hangUp = new AbortController();
    const calls = [1, 2, 3].map(() =>
      clientOf(simulator.url)
        .chat.completions.create(question, { signal: hangUp.signal })
        .catch(() => undefined),
    );
    await until(async () => (await metric(simulator.url, 'vllm:num_requests_waiting')) === 2);
    expect(await metric(simulator.url, 'vllm:num_requests_running')).toBe(1);
    expect(await metric(simulator.url, 'vllm:kv_cache_usage_perc')).toBeGreaterThan(0);
    hangUp.abort();
    await Promise.all(calls);
    await until(async () => (await metric(simulator.url, 'vllm:num_requests_running')) === 0);
    expect(await metric(simulator.url, 'vllm:num_requests_waiting')).toBe(0);
    expect(await metric(simulator.url, 'vllm:kv_cache_usage_perc')).toBe(0);
  });

  it('refuses a prompt that would not fit its KV cache, and says so in its list of models', async () => {
    await using simulator = await start({ engine: { ...quick, kvBlocks: 4 } });
    const client = clientOf(simulator.url);
    await expect(client.chat.completions.create(question)).rejects.toThrow(/maximum context length is 64 tokens/);
    expect((await client.models.list()).data[0]).toMatchObject({ max_model_len: 64 });
  });
});
