import { expect, test } from 'vitest';
import { proxyFor, proxySettings } from '../../../../../services/shared/models/settings/proxy-settings.ts';

const both = { HTTP_PROXY: 'http://plain:3128', HTTPS_PROXY: 'http://secure:3128' };

test.each([
  ['http://models.example/v1', both, 'http://plain:3128'],
  ['https://models.example/v1', both, 'http://secure:3128'],
  // As in Python and curl: each scheme has its own.
  ['https://models.example/v1', { HTTP_PROXY: 'http://plain:3128' }, undefined],
  ['https://models.example/v1', { ALL_PROXY: 'http://all:3128' }, 'http://all:3128'],
  ['http://models.example/v1', { HTTP_PROXY: 'http://large:1', http_proxy: 'http://small:1' }, 'http://small:1'],
  ['http://models.example/v1', { HTTP_PROXY: 'plain:3128' }, 'http://plain:3128'],
  ['http://models.example/v1', { HTTP_PROXY: '' }, undefined],
  ['http://localhost:8000/v1', both, undefined],
  ['http://127.0.0.2:8000/v1', both, undefined],
  ['http://[::1]:8000/v1', both, undefined],
  ['http://10.1.2.3/v1', { ...both, NO_PROXY: 'example.org, 10.0.0.0/8' }, undefined],
  ['http://11.1.2.3/v1', { ...both, NO_PROXY: '10.0.0.0/8,nonsense/99' }, 'http://plain:3128'],
  ['http://a.svc:8000/v1', { ...both, NO_PROXY: '.svc' }, undefined],
  ['http://a.svc:8000/v1', { ...both, NO_PROXY: 'svc:8000' }, undefined],
  ['http://a.svc:8000/v1', { ...both, NO_PROXY: 'svc:80' }, 'http://plain:3128'],
  ['http://asvc:8000/v1', { ...both, NO_PROXY: 'svc' }, 'http://plain:3128'],
  ['http://svc/v1', { ...both, NO_PROXY: '*.svc' }, 'http://plain:3128'],
  ['https://svc/v1', { ...both, NO_PROXY: 'x,*' }, undefined],
])('%s with %o goes through %s', (address, environment, proxy) => {
  expect(proxyFor(address, proxySettings(environment))).toBe(proxy);
});

test('a proxy that is no address is refused without showing it', () => {
  expect(() => proxySettings({ HTTPS_PROXY: 'ftp://user:secret@host' })).toThrow(
    'the variable HTTPS_PROXY must hold a proxy such as http://proxy:3128',
  );
});
