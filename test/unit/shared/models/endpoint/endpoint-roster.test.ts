import { expect, test } from 'vitest';
import { createEndpointRoster } from '../../../../../services/shared/models/endpoint/endpoint-roster.ts';
import type { ModelEndpoint } from '../../../../../services/shared/models/model-endpoint.ts';
import {
  type EndpointSettings,
  endpointName,
  endpointSettings,
} from '../../../../../services/shared/models/settings/endpoint-settings.ts';
import { type ProxySettings, proxySettings } from '../../../../../services/shared/models/settings/proxy-settings.ts';
import { createManualTiming } from '../../../../support/manual-timing.ts';

const settingsAt = (baseUrl: string, more: Partial<EndpointSettings> = {}): EndpointSettings => ({
  ...endpointSettings({ model: 'm', baseUrl, apiKeyVariable: '', maxConcurrency: 4, timeoutMs: 0 }, {}),
  ...more,
});

/** A roster whose names have the addresses that stand in `names`. */
function rosterOf(
  settings: readonly EndpointSettings[],
  names: Record<string, readonly string[]>,
  { proxies = proxySettings({}) }: { readonly proxies?: ProxySettings } = {},
) {
  const timing = createManualTiming();
  const asked: string[] = [];
  const busy = { now: false };
  const roster = createEndpointRoster(settings, {
    open: (each) => ({ settings: each }) as ModelEndpoint,
    resolve: async (name) => {
      asked.push(name);
      const found = names[name];
      if (found === undefined) throw new Error(`ENOTFOUND ${name}`);
      return found;
    },
    ...{ proxies, timing, isBusy: () => busy.now },
  });
  return { roster, timing, asked, busy, there: () => roster.servers().map((each) => endpointName(each.settings)) };
}

const named = 'http://gpus.test:8000/v1';

test.each([
  { what: 'several private addresses', addresses: ['10.0.0.2', '10.0.0.1'], servers: ['10.0.0.1', '10.0.0.2'] },
  { what: 'one address', addresses: ['10.0.0.1'], servers: [] },
  { what: 'both families of one machine', addresses: ['127.0.0.1', '::1'], servers: [] },
  {
    what: 'both families of two machines',
    addresses: ['fd00::1', '10.0.0.1', 'fd00::2', '10.0.0.2'],
    servers: ['10.0.0.1', '10.0.0.2'],
  },
  { what: 'IPv6 alone', addresses: ['fd00::1', 'fd00::2'], servers: ['fd00::1', 'fd00::2'] },
  { what: 'the public addresses of a hosted API', addresses: ['162.159.140.245', '172.66.0.243'], servers: [] },
  {
    what: 'public addresses that are said to be servers',
    addresses: ['162.159.140.245', '172.66.0.243'],
    more: { addresses: 'each' as const },
    servers: ['162.159.140.245', '172.66.0.243'],
  },
  {
    what: 'private addresses that are said to be one server',
    addresses: ['10.0.0.1', '10.0.0.2'],
    more: { addresses: 'one' as const },
    servers: [],
  },
  { what: 'a gateway', addresses: ['10.0.0.1', '10.0.0.2'], more: { gateway: true }, servers: [] },
])('$what', async ({ addresses, more = {}, servers }) => {
  const { roster, there } = rosterOf([settingsAt(named, more)], { 'gpus.test': addresses });
  expect(there()).toEqual([named]);
  await roster.used();
  expect(there()).toEqual(servers.length === 0 ? [named] : servers.map((address) => `${named} (${address})`));
  roster.stop();
});

test('an address that comes or goes is known within five seconds, and the others stay the same', async () => {
  const names = { 'gpus.test': ['10.0.0.1', '10.0.0.2'] };
  const { roster, there, timing, busy } = rosterOf([settingsAt(named), settingsAt('http://10.0.0.9/v1')], names);
  let changes = 0;
  roster.onChange(() => {
    changes += 1;
  });
  await roster.used();
  const first = roster.servers()[1];
  busy.now = true;
  names['gpus.test'] = ['10.0.0.3', '10.0.0.2'];
  await timing.advance(5_000);
  expect(there().sort()).toEqual(['http://10.0.0.9/v1', `${named} (10.0.0.2)`, `${named} (10.0.0.3)`]);
  expect(roster.servers()).toContain(first);
  // One of several that is left stays what it was.
  names['gpus.test'] = ['10.0.0.2'];
  await timing.advance(5_000);
  expect(there().sort()).toEqual(['http://10.0.0.9/v1', `${named} (10.0.0.2)`]);
  expect(changes).toBe(3);
  roster.stop();
});

test('a name that has moved to another machine is called on new connections', async () => {
  const names: Record<string, readonly string[]> = { 'gpus.test': ['10.0.0.1'] };
  const { roster, timing, busy, there } = rosterOf([settingsAt(named)], names);
  busy.now = true;
  await roster.used();
  const [before] = roster.servers();
  await timing.advance(10_000);
  expect(roster.servers()).toEqual([before]);
  expect(roster.servers()[0]).toBe(before);
  names['gpus.test'] = ['10.0.0.2'];
  await timing.advance(5_000);
  expect(there()).toEqual([named]);
  expect(roster.servers()[0]).not.toBe(before);
  // A public name is answered with another few of its addresses each time.
  names['gpus.test'] = ['8.8.8.8'];
  await timing.advance(5_000);
  const [steady] = roster.servers();
  names['gpus.test'] = ['8.8.4.4'];
  await timing.advance(5_000);
  expect(roster.servers()[0]).toBe(steady);
  roster.stop();
});

test('a name that cannot be resolved keeps its addresses, and at first is called as it is', async () => {
  const names: Record<string, readonly string[]> = {};
  const { roster, timing, busy, there } = rosterOf([settingsAt(named)], names);
  busy.now = true;
  await roster.used();
  expect(there()).toEqual([named]);
  names['gpus.test'] = ['10.0.0.1', '10.0.0.2'];
  await timing.advance(5_000);
  const both = [`${named} (10.0.0.1)`, `${named} (10.0.0.2)`];
  expect(there()).toEqual(both);
  delete names['gpus.test'];
  await timing.advance(10_000);
  expect(there()).toEqual(both);
  roster.stop();
});

test('without calls nothing is asked, and the first call after a pause gets the addresses of now', async () => {
  const names = { 'gpus.test': ['10.0.0.1', '10.0.0.2'] };
  const { roster, timing, asked, there } = rosterOf([settingsAt(named)], names);
  await timing.advance(60_000);
  expect(asked).toEqual([]);
  await roster.used();
  await timing.advance(600_000);
  expect(asked.length).toBeLessThan(4);
  names['gpus.test'] = ['10.0.0.7', '10.0.0.8'];
  await roster.used();
  expect(there()).toEqual([`${named} (10.0.0.7)`, `${named} (10.0.0.8)`]);
  roster.stop();
});

test('neither an address nor what a proxy reaches is resolved', async () => {
  const proxies = proxySettings({ HTTP_PROXY: 'http://proxy:3128', NO_PROXY: '.near' });
  const urls = ['http://10.0.0.1/v1', 'http://[fd00::1]:8000/v1', 'http://far.example/v1', 'http://gpus.near/v1'];
  const { roster, asked } = rosterOf(
    urls.map((url) => settingsAt(url)),
    { 'gpus.near': ['10.0.0.1'] },
    { proxies },
  );
  await roster.used();
  expect(asked).toEqual(['gpus.near']);
  roster.stop();
});

test('a call does not wait for an answer that does not come', async () => {
  const timing = createManualTiming();
  const roster = createEndpointRoster([settingsAt(named)], {
    open: (each) => ({ settings: each }) as ModelEndpoint,
    resolve: () => new Promise(() => {}),
    ...{ proxies: proxySettings({}), timing, isBusy: () => false },
  });
  let isReady = false;
  const ready = Promise.resolve(roster.used()).then(() => {
    isReady = true;
  });
  await timing.advance(2_000);
  expect(isReady).toBe(false);
  await timing.advance(2_000);
  await ready;
  roster.stop();
});
