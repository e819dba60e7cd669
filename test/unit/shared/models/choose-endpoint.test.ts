import { expect, test } from 'vitest';
import { chooseEndpoint } from '../../../../services/shared/models/choose-endpoint.ts';

const endpoints = (...inFlight: number[]) =>
  inFlight.map((count, index) => ({ name: `http://gpu-${index}/v1`, inFlight: count }));
const choose = (from: ReturnType<typeof endpoints>, prefixKey = 'workflow', avoid: string[] = [], random = () => 0.3) =>
  chooseEndpoint(from, { prefixKey, avoid: new Set(avoid), random })?.name;

const keys = Array.from({ length: 3_000 }, (_, index) => `workflow-${index}`);

test('none of none', () => {
  expect(choose([])).toBeUndefined();
});

test('calls with the same prefix go to the same endpoint, and prefixes spread evenly', () => {
  const idle = endpoints(0, 0, 0);
  const counts = new Map<string | undefined, number>();
  for (const key of keys) {
    const home = choose(idle, key);
    expect(choose(idle.toReversed(), key)).toBe(home);
    counts.set(home, (counts.get(home) ?? 0) + 1);
  }
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(120);
});

test('when an endpoint goes away, only its prefixes move', () => {
  const all = endpoints(0, 0, 0);
  const left = all.slice(0, 2);
  for (const key of keys) {
    const before = choose(all, key);
    if (before !== 'http://gpu-2/v1') expect(choose(left, key)).toBe(before);
  }
});

test('a home that is loaded far above the mean passes calls on to the less loaded of two others', () => {
  const home = choose(endpoints(0, 0, 0)) as string;
  const loaded = endpoints(0, 0, 0).map((endpoint) => ({ ...endpoint, inFlight: endpoint.name === home ? 20 : 0 }));
  const [busier, idler] = loaded.filter(({ name }) => name !== home);
  if (!busier || !idler) throw new Error('three endpoints');
  const uneven = loaded.map((endpoint) => (endpoint.name === busier.name ? { ...endpoint, inFlight: 6 } : endpoint));
  for (const random of [0, 0.3, 0.6, 0.99]) expect(choose(uneven, 'workflow', [], () => random)).toBe(idler.name);
});

test('a home a little above the mean keeps its calls', () => {
  const home = choose(endpoints(0, 0)) as string;
  const loaded = endpoints(0, 0).map((endpoint) => ({ ...endpoint, inFlight: endpoint.name === home ? 5 : 4 }));
  expect(choose(loaded)).toBe(home);
});

test('an endpoint where the call has failed is taken only if there is no other', () => {
  const home = choose(endpoints(0, 0)) as string;
  expect(choose(endpoints(0, 0), 'workflow', [home])).not.toBe(home);
  expect(choose(endpoints(0), 'workflow', ['http://gpu-0/v1'])).toBe('http://gpu-0/v1');
});
