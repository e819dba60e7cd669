import { expect, test } from 'vitest';
import {
  boundEnvironment,
  keyBindingsOf,
  parseKeyBindings,
  renderKeyBindings,
} from '../../../../../services/shared/models/settings/key-bindings.ts';

const environment = { MY_KEY: 'mine', DATABASE_PASSWORD: 'theirs' };

test.each([
  ['https://gw', 'https://gw/v1', true],
  ['https://gw/', 'https://gw/v1', true],
  ['https://gw/v1', 'https://gw/v1/', true],
  ['https://gw/v1', 'https://GW:443/v1', true],
  ['https://gw/v1', 'https://gw/v1?api-version=3', true],
  ['https://gw/v1?tenant=a', 'https://gw/v1?tenant=a', true],
  ['https://gw/v1?tenant=a', 'https://gw/v1?tenant=b', false],
  ['https://gw/v1', 'https://gw/v10', false],
  ['https://gw/v1', 'https://gw/v1/../admin', false],
  ['https://gw/v1', 'https://gw/v1/%2e%2e/admin', false],
  ['https://gw/v1', 'http://gw/v1', false],
  ['https://gw/v1', 'https://gw:8443/v1', false],
  ['https://gw/v1', 'https://gw.example.org/v1', false],
  ['https://gw/v1', 'https://gw@example.org/v1', false],
  ['https://gw/v1', 'https://example.org/https://gw/v1', false],
  ['https://gw/v1', 'https://example.org\\@gw/v1', false],
  ['https://gw/v1', 'not an address', false],
])('what is bound to %s may go to %s: %s', (baseUrl, wanted, expected) => {
  expect('MY_KEY' in boundEnvironment(environment, [{ variable: 'MY_KEY', baseUrl }], wanted)).toBe(expected);
});

test('of the environment nothing else is seen, and nothing at all without a binding', () => {
  const bindings = [{ variable: 'MY_KEY', baseUrl: 'https://gw/v1' }];
  expect(boundEnvironment(environment, bindings, 'https://gw/v1')).toEqual({ MY_KEY: 'mine' });
  expect(boundEnvironment(environment, [], 'https://gw/v1')).toEqual({});
});

test('bindings are read as they are written', () => {
  const endpoint = { model: 'm', maxConcurrency: 1, timeoutMs: 0 };
  const bindings = keyBindingsOf([
    { ...endpoint, baseUrl: 'https://gpu-1:8000/v1', apiKeyVariable: 'MY_KEY' },
    { ...endpoint, baseUrl: 'http://simulator/v1', apiKeyVariable: '' },
    { ...endpoint, baseUrl: 'https://gpu-2/v1?a=1,b=2', apiKeyVariable: 'OTHER' },
  ]);
  expect(bindings).toHaveLength(2);
  expect(parseKeyBindings(renderKeyBindings(bindings))).toEqual(bindings);
  expect(parseKeyBindings(' \n')).toEqual([]);
});

test.each(['MY_KEY', 'MY_KEY=gpu-1:8000', '=https://gw', 'MY KEY=https://gw', 'MY_KEY=ftp://gw', 'MY_KEY=https://'])(
  '%j is no binding',
  (text) => {
    expect(parseKeyBindings(text)).toBeUndefined();
  },
);
