import { expect, test } from 'vitest';
import { endpointSettings } from '../../../../../services/shared/models/settings/endpoint-settings.ts';

const endpoint = { model: 'qwen3-8b', baseUrl: 'http://gpu-1:8000/v1/', apiKeyVariable: '', maxConcurrency: 0, timeoutMs: 0 };

test('zeros stand for defaults, and the address loses its last slash', () => {
  expect(endpointSettings(endpoint, {})).toEqual({
    baseUrl: 'http://gpu-1:8000/v1',
    apiKey: undefined,
    apiKeyVariable: '',
    headers: {},
    secrets: [],
    maxConcurrency: 32,
    timeoutMs: 120_000,
    stallTimeoutMs: 30_000,
    http2: false,
    showsLoad: true,
  });
});

test('no limit is longer than that of the whole attempt', () => {
  expect(endpointSettings({ ...endpoint, timeoutMs: 10_000, maxConcurrency: 4 }, {})).toMatchObject({
    maxConcurrency: 4,
    timeoutMs: 10_000,
    stallTimeoutMs: 10_000,
  });
});

test('who allows long replies has a server that may pause long: a quarter of the time', () => {
  expect(endpointSettings({ ...endpoint, timeoutMs: 600_000 }, {})).toMatchObject({
    timeoutMs: 600_000,
    stallTimeoutMs: 150_000,
  });
});

test('the key is the content of the variable', () => {
  expect(endpointSettings({ ...endpoint, apiKeyVariable: 'KEY' }, { KEY: 'secret\n' }).apiKey).toBe('secret');
});

test('headers have their values from the run file, or from variables, which are secrets like the key', () => {
  const headers = [
    { name: 'x-portkey-provider', value: 'openai', variable: '' },
    { name: 'api-key', value: '', variable: 'AZURE_KEY' },
  ];
  const settings = endpointSettings(
    { ...endpoint, apiKeyVariable: 'KEY', headers: { headers } },
    { KEY: 'secret', AZURE_KEY: 'another', UNNAMED: 'x' },
  );
  expect(settings.headers).toEqual({ 'x-portkey-provider': 'openai', 'api-key': 'another' });
  expect(settings.secrets).toEqual(['secret', 'another']);
});

test('a key that no header can carry is refused without being shown', () => {
  const broken = () => endpointSettings({ ...endpoint, apiKeyVariable: 'KEY' }, { KEY: 'planted\nkey' });
  expect(broken).toThrow(/variable KEY holds what no header can carry/);
  expect(broken).not.toThrow(/planted/);
});

test.each([
  [{ apiKeyVariable: 'KEY' }, /no variable KEY that may be sent there: .* and add KEY=http.* to its SCALE_ENDPOINT_KEYS/],
  [{ headers: { headers: [{ name: 'a', value: '', variable: 'KEY' }] } }, /no variable KEY that may be sent there/],
  [{ baseUrl: 'gpu-1:8000/v1' }, /must be an http or https address/],
  [{ baseUrl: '' }, /must be an http or https address/],
  [{ baseUrl: 'http://user:pass@gpu-1/v1' }, /must not hold a user or password/],
])('%o is refused with a sentence', (change, message) => {
  expect(() => endpointSettings({ ...endpoint, ...change }, {})).toThrow(message);
});

test('an engine is asked for its load unless the run says otherwise, and a gateway is not', () => {
  const endpoint = { model: 'm', baseUrl: 'http://a/v1', apiKeyVariable: '', maxConcurrency: 0, timeoutMs: 0 };
  expect(endpointSettings(endpoint, {}).showsLoad).toBe(true);
  expect(endpointSettings({ ...endpoint, steerByMetrics: false }, {}).showsLoad).toBe(false);
  expect(endpointSettings({ ...endpoint, gateway: true }, {}).showsLoad).toBe(false);
});
