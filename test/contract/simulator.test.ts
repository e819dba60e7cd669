import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBenchmark } from '../../services/shared/benchmarks/load-benchmark.ts';
import { knownQueries } from '../../services/simulator/difficulty.ts';
import { type Simulator, startSimulator } from '../../services/simulator/start-simulator.ts';
import { knownTasks, madeUpTasks } from '../support/benchmarks/made-up-programs.ts';

let simulator: Simulator;
let client: OpenAI;
let question: string;

beforeAll(async () => {
  const benchmark = await loadBenchmark({ name: 'sample', split: 'validate', folder: '' });
  question = benchmark.queries[7]?.fields.question ?? '';
  simulator = await startSimulator({ known: [...knownQueries(benchmark), ...knownTasks(-9)], contextLength: 2000 });
  client = new OpenAI({ baseURL: simulator.url, apiKey: 'anything', maxRetries: 0 });
});
afterAll(() => simulator.stop());

const ask = (content: string) => ({ model: 'qwen-plus', messages: [{ role: 'user' as const, content }], temperature: 0 });
const stepwise = () => `Solve step by step. Put the final answer in \\boxed{}.\n\n${question}`;

describe('the simulated model to the OpenAI client', () => {
  it('answers a chat completion with a text, a finish reason, usage and its mark', async () => {
    const reply = await client.chat.completions.create(ask(stepwise()));
    expect(reply.object).toBe('chat.completion');
    expect(reply.system_fingerprint).toBe('scale-simulator');
    expect(reply.choices).toHaveLength(1);
    expect(reply.choices[0]?.finish_reason).toBe('stop');
    expect(reply.choices[0]?.message.content).toContain('\\boxed{');
    expect(reply.usage?.prompt_tokens).toBeGreaterThan(stepwise().length / 5);
    expect(reply.usage?.completion_tokens).toBeGreaterThan(20);
    expect(reply.usage?.total_tokens).toBe((reply.usage?.prompt_tokens ?? 0) + (reply.usage?.completion_tokens ?? 0));
  });

  it('answers a task that asks for a program with one, and an operator in the form that it asks for', async () => {
    const [task] = madeUpTasks;
    const solved = await client.chat.completions.create(ask(task?.prompt ?? ''));
    expect(solved.choices[0]?.message.content).toMatch(/```python\n[\s\S]*def total_price\(prices, count\):[\s\S]*```/);
    const judged = await client.chat.completions.create(
      ask(`Review this.\n\nProblem:\n${task?.prompt}\n\nSolution:\n${solved.choices[0]?.message.content}`),
      { headers: { 'x-scale-purpose': 'operator:review' } },
    );
    expect(judged.choices[0]?.message.content).toMatch(/<passed>(?:true|false)<\/passed>$/);
  });

  it('streams the same text, finish reason and usage', async () => {
    const whole = await client.chat.completions.create(ask(stepwise()));
    const stream = await client.chat.completions.create({
      ...ask(stepwise()),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await arrayFrom(stream);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(whole.choices[0]?.message.content);
    expect(chunks.flatMap((chunk) => chunk.choices[0]?.finish_reason ?? [])).toEqual(['stop']);
    expect(chunks.at(-1)?.choices).toEqual([]);
    expect(chunks.at(-1)?.usage).toEqual(whole.usage);
    expect(new Set(chunks.map((chunk) => chunk.system_fingerprint))).toEqual(new Set(['scale-simulator']));
    expect(chunks.length).toBeGreaterThan(4);
  });

  it('sends no usage in a stream that did not ask for it', async () => {
    const chunks = await arrayFrom(await client.chat.completions.create({ ...ask(stepwise()), stream: true }));
    expect(chunks.every((chunk) => chunk.usage === undefined || chunk.usage === null)).toBe(true);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it('gives n choices, which differ when it samples', async () => {
    const reply = await client.chat.completions.create({ ...ask(stepwise()), temperature: 1, n: 4 });
    expect(reply.choices.map((choice) => choice.index)).toEqual([0, 1, 2, 3]);
    expect(new Set(reply.choices.map((choice) => choice.message.content)).size).toBeGreaterThan(1);
  });

  it('cuts a reply at max_tokens and says so', async () => {
    const reply = await client.chat.completions.create({ ...ask(stepwise()), max_tokens: 8 });
    expect(reply.choices[0]?.finish_reason).toBe('length');
    expect(reply.usage?.completion_tokens).toBe(8);
  });

  it('lists its models as simulated ones', async () => {
    const models = await arrayFrom(await client.models.list());
    expect(models.map((model) => model.id)).toEqual(['qwen-plus', 'qwen3-8b']);
    expect(new Set(models.map((model) => model.owned_by))).toEqual(new Set(['scale-simulator']));
  });

  it('refuses a prompt beyond its context as vLLM does', async () => {
    const refused = client.chat.completions.create(ask('word '.repeat(2000)));
    await expect(refused).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(refused).rejects.toThrow(/maximum context length is 2000 tokens/);
  });

  it('refuses a request that has no messages', async () => {
    const refused = client.chat.completions.create({ model: 'qwen-plus', messages: [] });
    await expect(refused).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  });
});

describe('the simulated model over plain HTTP', () => {
  const post = (body: string) =>
    fetch(`${simulator.url}/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

  it.each([
    ['text that is not JSON', '{"model"'],
    ['an unknown role', JSON.stringify({ model: 'm', messages: [{ role: 'boss', content: 'hi' }] })],
    ['a temperature below 0', JSON.stringify({ ...ask('hi'), temperature: -1 })],
  ])('answers %s with an error in the form of vLLM', async (_, body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ object: 'error', type: 'BadRequestError', param: null, code: 400 });
  });

  it('says that it is healthy, and knows no other paths', async () => {
    const server = new URL(simulator.url).origin;
    expect((await fetch(`${server}/health`)).status).toBe(200);
    expect((await fetch(`${server}/v1/embeddings`)).status).toBe(404);
  });

  it("reports its load under vLLM's names", async () => {
    await client.chat.completions.create(ask(stepwise()));
    const text = await (await fetch(`${new URL(simulator.url).origin}/metrics`)).text();
    const samples = new Map<string, number>();
    for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
      const name = line.replace(/(\{.*\})? .*$/, '');
      samples.set(name, (samples.get(name) ?? 0) + Number(line.split(' ').at(-1)));
    }
    expect(samples.get('vllm:num_requests_running')).toBe(0);
    expect(samples.get('vllm:num_requests_waiting')).toBe(0);
    for (const name of [
      'vllm:prompt_tokens_total',
      'vllm:generation_tokens_total',
      'vllm:prefix_cache_queries_total',
      'vllm:prefix_cache_hits_total',
      'vllm:request_success_total',
      'vllm:time_to_first_token_seconds_count',
      'vllm:e2e_request_latency_seconds_count',
    ])
      expect(samples.get(name), name).toBeGreaterThan(0);
  });
});

async function arrayFrom<T>(items: AsyncIterable<T>): Promise<T[]> {
  const array: T[] = [];
  for await (const item of items) array.push(item);
  return array;
}
