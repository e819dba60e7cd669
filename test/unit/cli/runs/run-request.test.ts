import { expect, test } from 'vitest';
import { needsSimulator, refuseMissingKeys, startRunRequestOf } from '../../../../services/cli/runs/run-request.ts';
import type { Benchmark } from '../../../../services/domain/benchmark.ts';
import type { RunFile } from '../../../../services/shared/config/run-file.ts';
import { usualShare } from '../../../../services/shared/sharing/share-rules.ts';
import { madeUpConfiguration } from '../../domain/search/made-up-world.ts';

const benchmark: Benchmark = {
  name: 'made-up',
  split: 'validate',
  description: '',
  queries: [{ id: 'q1', fields: { question: '1 + 1?' }, reference: '2' }],
  inputs: ['question'],
  operators: ['custom'],
  scorer: 'strict',
  otherScorers: [],
  answerFormat: '',
};
const real = {
  model: 'qwen',
  baseUrl: 'http://gpu-1:8000/v1',
  apiKeyVariable: 'MY_KEY',
  maxConcurrency: 8,
  timeoutMs: 1_000,
  simulated: false,
};
const simulated = {
  ...real,
  model: 'qwen-plus',
  baseUrl: '',
  apiKeyVariable: '',
  maxConcurrency: 0,
  timeoutMs: 0,
  simulated: true,
};
const file: RunFile = {
  configuration: madeUpConfiguration({ queryCount: 1 }),
  benchmark,
  endpoints: [real, simulated],
  share: usualShare,
  failureShare: 0.2,
  cluster: { executors: 1, slots: 4 },
  written: '',
  earlierConfigurations: [],
  warnings: [],
};

test('the simulated model gets its address and limits, and the others keep theirs', () => {
  expect(needsSimulator(file)).toBe(true);
  const { endpoints } = startRunRequestOf(file, 'http://127.0.0.1:9/v1');
  expect(endpoints[0]).toMatchObject({ model: 'qwen', baseUrl: 'http://gpu-1:8000/v1', maxConcurrency: 8 });
  expect(endpoints[1]).toMatchObject({ model: 'qwen-plus', baseUrl: 'http://127.0.0.1:9/v1', maxConcurrency: 256 });
  expect(() => startRunRequestOf(file, undefined)).toThrow('no simulator serves the model qwen-plus');
});

test('a key that is not in the environment is missed before anything is started', () => {
  expect(() => refuseMissingKeys(file, { MY_KEY: 'secret' })).not.toThrow();
  for (const environment of [{}, { MY_KEY: '' }]) {
    expect(() => refuseMissingKeys(file, environment)).toThrow(
      'the key for model qwen must be in the environment variable MY_KEY, which is not set',
    );
  }
});
