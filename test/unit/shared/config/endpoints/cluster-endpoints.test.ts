import { expect, test } from 'vitest';
import { parseClusterEndpoints } from '../../../../../services/shared/config/endpoints/cluster-endpoints.ts';

test('each model has its servers, with their own settings', () => {
  const text = `Qwen/Qwen3-32B:
  base_url: ["http://gpu-1:8000/v1/", { url: "http://gpu-2:8000/v1", weight: 2, max_concurrency: 8 }]
  timeout_seconds: 300
m: { base_url: "https://gateway/v1", gateway: true, api_key_variable: MY_KEY, addresses: one }`;
  const endpoints = parseClusterEndpoints(text, 'endpoints.yaml');
  const [model, timeoutMs, apiKeyVariable] = ['Qwen/Qwen3-32B', 300_000, ''];
  expect(endpoints.get(model)).toEqual([
    { model, baseUrl: 'http://gpu-1:8000/v1', maxConcurrency: 32, timeoutMs, apiKeyVariable },
    { model, baseUrl: 'http://gpu-2:8000/v1', maxConcurrency: 8, timeoutMs, apiKeyVariable, weight: 2 },
  ]);
  expect(endpoints.get('m')).toMatchObject([{ gateway: true, apiKeyVariable: 'MY_KEY', addresses: 'one' }]);
  expect(endpoints.get('n')).toBeUndefined();
});

test('a file that says nothing names no model', () => {
  expect(parseClusterEndpoints('', 'endpoints.yaml').size).toBe(0);
  expect(parseClusterEndpoints('# none yet\n', 'endpoints.yaml').size).toBe(0);
});

test.each([
  ['m: { base_url: "gpu-1" }', 'endpoints.yaml:1: m.base_url must be an http or https address'],
  ['m: { base_url: "http://gpu-1/v1?key=planted" }', 'or a query other than api-version'],
  ['m: { base_url: "http://gpu-1/v1/chat/completions" }', 'm.base_url must end before the path of a call'],
  ['m: { base_url: "http://gpu-1/v1/v1/" }', 'm.base_url must have /v1 once'],
  ['m:\n  base_url: []', 'endpoints.yaml:2: m.base_url must name a server'],
  ['m:\n  base_url: [{ url: "http://gpu-1/v1", weight: 0 }]', 'must be a number above 0 and up to 1000'],
  ['m:\n  base_url: "http://gpu-1/v1"\n  max_concurency: 4', 'did you mean "max_concurrency"?'],
  ['m: { base_url: "http://gpu-1/v1", addresses: some }', 'm.addresses must be auto, each or one'],
  ['m:\n  base_url: "http://gpu-1/v1"\n  batch: true', "endpoints.yaml:3: m.batch is for a run's own endpoints"],
  ['- m', 'must be a group of endpoints by model'],
  ['m: [', 'not valid YAML'],
])('%j is refused', (text, message) => {
  expect(() => parseClusterEndpoints(text, 'endpoints.yaml')).toThrow(message);
});
