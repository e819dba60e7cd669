import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { ServedCall } from '../../services/simulator/access-log.ts';
import { type SimulatorOptions, startSimulator } from '../../services/simulator/start-simulator.ts';

const question = { model: 'qwen-plus', messages: [{ role: 'user' as const, content: 'What is the time?' }] };
const clientOf = (baseURL: string) => new OpenAI({ baseURL, apiKey: 'anything', maxRetries: 0 });
const start = (options: Partial<SimulatorOptions> = {}) => startSimulator({ known: [], ...options });

async function gauge(url: string, name: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  return Number(new RegExp(`^${name}\\{.*\\} (.*)$`, 'm').exec(text)?.[1]);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the simulated server under load', () => {
  it('answers one request after the other where it has one slot', async () => {
    await using simulator = await start({ maxSequences: 1, latency: { timeToFirstTokenMs: 400, tokensPerSecond: 0 } });
    const client = clientOf(simulator.url);
    const startedAt = performance.now();
    const replies = Promise.all([1, 2, 3].map(() => client.chat.completions.create(question)));
    await until(async () => (await gauge(simulator.url, 'vllm:num_requests_waiting')) === 2);
    expect(await gauge(simulator.url, 'vllm:num_requests_running')).toBe(1);
    await replies;
    expect(performance.now() - startedAt).toBeGreaterThan(1190);
    expect(simulator.requests).toBe(3);
  });

  it('takes the time of its tokens, streamed or not, and says the same', async () => {
    await using quick = await start();
    await using slow = await start({ latency: { timeToFirstTokenMs: 20, tokensPerSecond: 200 } });
    const at = async (url: string) => (await clientOf(url).chat.completions.create(question)).choices[0]?.message.content;
    const startedAt = performance.now();
    expect(await at(slow.url)).toBe(await at(quick.url));
    expect(performance.now() - startedAt).toBeGreaterThan(80);
  });

  it('gives the slot of a client that hung up to the next one', async () => {
    await using simulator = await start({ maxSequences: 1, latency: { timeToFirstTokenMs: 0, tokensPerSecond: 2 } });
    const client = clientOf(simulator.url);
    const impatient = new AbortController();
    const abandoned = client.chat.completions.create(question, { signal: impatient.signal });
    await until(async () => (await gauge(simulator.url, 'vllm:num_requests_running')) === 1);
    impatient.abort();
    await expect(abandoned).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await until(async () => (await gauge(simulator.url, 'vllm:num_requests_running')) === 0);
    expect(simulator.requests).toBe(0);
  });

  it('finishes what is in flight before it stops, unless it is forced', async () => {
    const simulator = await start({ latency: { timeToFirstTokenMs: 80, tokensPerSecond: 0 } });
    const client = clientOf(simulator.url);
    const reply = client.chat.completions.create(question);
    await until(async () => (await gauge(simulator.url, 'vllm:num_requests_running')) === 1);
    await simulator.stop();
    expect((await reply).choices).toHaveLength(1);

    const slow = await start({ latency: { timeToFirstTokenMs: 60_000, tokensPerSecond: 0 } });
    const cut = clientOf(slow.url).chat.completions.create(question);
    cut.catch(() => {});
    await until(async () => (await gauge(slow.url, 'vllm:num_requests_running')) === 1);
    await slow.stop(AbortSignal.abort());
    await expect(cut).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
  });
});

describe('the access log', () => {
  it('has a line for a call whose client hung up, with the prompt and what was generated till then', async () => {
    const served: ServedCall[] = [];
    const latency = { timeToFirstTokenMs: 5, tokensPerSecond: 20 };
    await using simulator = await start({ latency, onServed: (call) => served.push(call) });
    const hangUp = new AbortController();
    const headers = { 'x-scale-attempt-id': 'delivery/3' };
    const stream = await clientOf(simulator.url).chat.completions.create(
      { ...question, stream: true },
      { headers, signal: hangUp.signal },
    );
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    hangUp.abort();
    await until(async () => served.length === 1);
    const [call] = served;
    expect(call).toMatchObject({ attemptId: 'delivery/3', cutOff: true });
    expect(call?.promptTokens).toBeGreaterThan(0);
    expect(call?.generationTokens).toBeGreaterThan(0);
    const metrics = await (await fetch(simulator.url.replace('/v1', '/metrics'))).text();
    expect(metrics).toMatch(/finished_reason="abort"\} 1/);
  });

  it('has one line for each finished call, with the job and the place that the headers name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scale-simulator-'));
    const accessLog = join(folder, 'logs', 'calls.jsonl');
    const served: ServedCall[] = [];
    const simulator = await start({ accessLog, onServed: (call) => served.push(call) });
    const headers = { 'x-scale-job-id': 'execute-0123-4-0', 'x-scale-call-id': 'draft/0' };
    await clientOf(simulator.url).chat.completions.create(question, { headers });
    await clientOf(simulator.url).chat.completions.create(question);
    await simulator.stop();
    const lines = (await readFile(accessLog, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(served);
    expect(served).toMatchObject([
      { jobId: 'execute-0123-4-0', callId: 'draft/0', model: 'qwen-plus', cutOff: false },
      { jobId: '', callId: '' },
    ]);
    await rm(folder, { recursive: true });
  });
});
