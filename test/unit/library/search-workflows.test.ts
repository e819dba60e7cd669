import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { expect, onTestFinished, test } from 'vitest';
import type { RunEvent } from '../../../services/domain/run/event.ts';
import { chatClient } from '../../../services/library/chat-client.ts';
import { type SearchPorts, searchWorkflows } from '../../../services/library/search-workflows.ts';
import { readRunFile } from '../../../services/shared/config/run-file.ts';
import { untilAborted } from '../../../services/shared/lifecycle/abort.ts';
import { learnBenchmarks } from '../../../services/simulator/learn-benchmarks.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';

test('a search that is broken off goes on from the events that were kept, and ends as it would have', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-library-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'search.yaml');
  await writeFile(path, 'seed: 2\nbenchmark: { name: sample, limit: 20 }\nsearch: { max_rounds: 3, convergence: off }\n');
  const { configuration, benchmark } = await readRunFile(path);
  const { known } = await learnBenchmarks(join(folder, 'none'), join(folder, 'none'));
  await using simulator = await startSimulator({ known });
  const server = new OpenAI({ baseURL: simulator.url, apiKey: 'none' });
  const model: SearchPorts['model'] = ({ settings, seed }) => chatClient(server, { ...settings, seed });
  const whole: RunEvent[] = [];
  const ended = await searchWorkflows(configuration, benchmark, { model, onEvent: (event) => void whole.push(event) });
  expect(ended.rounds).toHaveLength(3);

  const kept: RunEvent[] = [];
  const until = Math.floor(whole.length / 2);
  const breaksOff = (event: RunEvent) => {
    if (kept.length === until) throw new RangeError('the program was ended');
    kept.push(event);
  };
  await expect(searchWorkflows(configuration, benchmark, { model, onEvent: breaksOff })).rejects.toThrow('was ended');
  const before = simulator.requests;
  const ports = { model, onEvent: (event: RunEvent) => void kept.push(event) };
  const resumed = await searchWorkflows(configuration, benchmark, ports, { earlier: kept.slice() });
  expect(kept).toEqual(whole);
  expect(resumed).toEqual(ended);
  expect(simulator.requests - before).toBeLessThan(before / 2);
});

test('a search that ends by an error of a model has no calls under way any more', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-library-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'search.yaml');
  await writeFile(path, 'seed: 2\nbenchmark: { name: sample, limit: 20 }\nsearch: { max_rounds: 1, convergence: off }\n');
  const { configuration, benchmark } = await readRunFile(path);
  let asked = 0;
  const underWay = new Set<AbortSignal>();
  const model: SearchPorts['model'] = () => ({
    async complete(_, signal) {
      asked += 1;
      if (asked === 5) throw new RangeError('the server is gone');
      underWay.add(signal);
      await untilAborted(signal);
      underWay.delete(signal);
      throw signal.reason;
    },
  });
  await expect(searchWorkflows(configuration, benchmark, { model })).rejects.toThrow('the server is gone');
  expect([asked > 5, underWay.size]).toEqual([true, 0]);
});
