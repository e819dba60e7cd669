import { expect, test } from 'vitest';
import { chooseEndpoint, type ShownSpeed } from '../../../../../services/shared/models/pool/choose-endpoint.ts';
import { quickRandom } from '../../../../support/quick-random.ts';

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

test('an endpoint is the home of prefixes in proportion to its weight', () => {
  const weighted = endpoints(0, 0, 0).map((endpoint, index) => ({ ...endpoint, weight: [1, 2, 3][index] ?? 1 }));
  for (const [index, { name }] of weighted.entries()) {
    const count = keys.filter((key) => choose(weighted, key) === name).length;
    expect(Math.abs(count - 500 * (index + 1))).toBeLessThan(150);
  }
});

test('unequal endpoints fill up in proportion to what they can take', () => {
  // Each runs so many calls at once, 200 ms each, and lets the others wait in order. Twice as many calls as that are in flight.
  const capacities = [4, 8, 16, 32];
  const random = quickRandom(1);
  const ms = 200;
  const servers = capacities.map((capacity, index) => ({
    name: `http://gpu-${index}/v1`,
    inFlight: 0,
    shown: undefined as ShownSpeed | undefined,
    slots: Array.from({ length: capacity }, () => 0),
    busyMs: 0,
  }));
  const ends: {
    readonly atMs: number;
    readonly beganMs: number;
    readonly server: (typeof servers)[number];
    readonly load: number;
  }[] = [];
  const begin = (nowMs: number): void => {
    const server = chooseEndpoint(servers, { prefixKey: `workflow-${Math.floor(random() * 8)}`, avoid: new Set(), random });
    if (server === undefined) throw new Error('there are four');
    server.inFlight += 1;
    server.slots.sort((one, other) => one - other);
    const startMs = Math.max(nowMs, server.slots[0] ?? 0);
    server.slots[0] = startMs + ms;
    if (startMs >= 2_000 && startMs < 10_000) server.busyMs += ms;
    ends.push({ atMs: startMs + ms, beganMs: nowMs, server, load: server.inFlight });
  };
  for (let call = 0; call < 2 * 60; call += 1) begin(call);
  for (;;) {
    ends.sort((one, other) => other.atMs - one.atMs);
    const end = ends.pop();
    if (end === undefined || end.atMs > 10_000) break;
    const { server, atMs, beganMs, load } = end;
    server.inFlight -= 1;
    const { slowness, inFlight } = server.shown ?? { slowness: (atMs - beganMs) / 400, inFlight: load };
    server.shown = { slowness: slowness + ((atMs - beganMs) / 400 - slowness) / 16, inFlight: inFlight + (load - inFlight) / 16 };
    begin(atMs);
  }
  const used = servers.map(({ busyMs }, index) => busyMs / (8_000 * (capacities[index] ?? 1)));
  for (const share of used) expect(share).toBeGreaterThan(0.97);
});
