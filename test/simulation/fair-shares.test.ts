import { expect, test } from 'vitest';
import { quickRandom } from '../support/quick-random.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { type SharedEndpoint, type SharingRun, sharedEndpoint } from './shared-endpoint.ts';

const never = new AbortController().signal;
const firstSeed = Number(process.env.SCALE_TEST_SEED ?? 1);
const seeds = Number(process.env.SCALE_SHARE_SEEDS ?? 6);

interface Counted {
  readonly made: readonly number[];
  readonly all: number;
}

async function callsWithin(
  cluster: SharedEndpoint,
  ms: number,
  sleep: (ms: number, signal: AbortSignal) => Promise<unknown>,
): Promise<Counted> {
  const before = cluster.calls();
  await sleep(ms, never);
  const made = cluster.calls().map((now, run) => now - (before[run] ?? 0));
  return { made, all: made.reduce((sum, each) => sum + each, 0) };
}

/** How far a run is from its share, as a part of it. */
function deviations({ made, all }: Counted, weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return made.map((calls, run) => Math.abs((calls * sum) / (all * (weights[run] ?? 1)) - 1));
}

const runOf = (weight: number, more: Partial<SharingRun> = {}): SharingRun => ({
  ...{ share: { weight }, jobs: 500, callsOfJob: 3, callMs: 300 },
  ...more,
});

test.each([
  ['of the same length', [300, 300, 300]],
  ['of which those of the first run are long', [900, 300, 300]],
])('runs of weights 1, 2 and 4 get 1/7, 2/7 and 4/7 of the calls, %s', (_, lengths) =>
  inVirtualTime(async ({ sleep, ...timing }) => {
    const cluster = await sharedEndpoint({ sleep, ...timing }, quickRandom(1), { workers: 2, slots: 16, limit: 8 });
    const weights = [1, 2, 4];
    for (const [run, weight] of weights.entries())
      await cluster.start(runOf(weight, { callsOfJob: 1 + 3 * run, callMs: lengths[run] ?? 0 }));
    await sleep(3_000, never);
    const counted = await callsWithin(cluster, 60_000, sleep);
    expect(Math.max(...deviations(counted, weights)), `${counted.made}`).toBeLessThan(0.02);
    await cluster.stop();
  }),
);

test('whatever the weights, the workers and the jobs are, each run that has enough to do is near its share, also after a change', async () => {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const random = quickRandom(seed);
    const among = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
    const workers = among(1, 4);
    const limit = workers * among(2, 4);
    const weights = Array.from({ length: among(2, 4) }, () => [0.5, 1, 2, 3, 5][among(0, 4)] ?? 1);
    await inVirtualTime(async (timing) => {
      const cluster = await sharedEndpoint(timing, random, { workers, slots: among(12, 24), limit });
      for (const weight of weights) {
        const callsOfJob = among(1, 10);
        await cluster.start(runOf(weight, { jobs: Math.ceil(4_000 / callsOfJob), callsOfJob, callMs: among(200, 600) }));
      }
      await timing.sleep(5_000, never);
      const before = await callsWithin(cluster, 20_000, timing.sleep);
      weights[0] = (weights[0] ?? 1) * 3;
      await cluster.setShare(0, { weight: weights[0] });
      await timing.sleep(3_000, never);
      const after = await callsWithin(cluster, 20_000, timing.sleep);
      const told = `seed ${seed}: ${workers} workers, limit ${limit}, weights ${weights}: ${before.made} then ${after.made}`;
      // A line may be off by a call for each run, at the beginning and at the end of what is counted, and so may each worker's.
      const slack = (counted: Counted): number => 0.05 + (2 * workers) / Math.min(...counted.made);
      expect(Math.max(...deviations(before, [(weights[0] ?? 1) / 3, ...weights.slice(1)])), told).toBeLessThan(slack(before));
      expect(Math.max(...deviations(after, weights)), told).toBeLessThan(slack(after));
      await cluster.stop();
    });
  }
});

test('the runs of a sweep divide what the sweep has, whatever their number, also after a change', () =>
  inVirtualTime(async (timing) => {
    const cluster = await sharedEndpoint(timing, quickRandom(1), { workers: 2, slots: 16, limit: 8 });
    const sweep = { name: 's', weight: 1, atMost: 0 };
    for (const share of [{ sweep }, { sweep }, { weight: 2, sweep }, {}]) await cluster.start(runOf(1, { share }));
    await timing.sleep(3_000, never);
    const before = await callsWithin(cluster, 20_000, timing.sleep);
    expect(Math.max(...deviations(before, [1, 1, 2, 4])), `${before.made}`).toBeLessThan(0.03);
    for (const run of [0, 1, 2]) await cluster.setShare(run, { sweep: { ...sweep, weight: 3, atMost: 4 } });
    await timing.sleep(3_000, never);
    const after = await callsWithin(cluster, 60_000, timing.sleep);
    // Three quarters would be theirs, but for their limit of half of the endpoint.
    expect(Math.abs((2 * (after.made[3] ?? 0)) / after.all - 1), `${after.made}`).toBeLessThan(0.05);
    // The limit is two calls a worker, of which the heaviest of three runs gets an eighth less than its half, and each other an
    // eighth more than its quarter, by chance some more or less: up to a fifth in ten seeds.
    expect(Math.max(...deviations(after, [1, 1, 2, 4])), `${after.made}`).toBeLessThan(0.25);
    for (const run of [0, 1, 2]) await cluster.setShare(run, { sweep: { ...sweep, weight: 3 } });
    await timing.sleep(3_000, never);
    const free = await callsWithin(cluster, 20_000, timing.sleep);
    expect(Math.max(...deviations(free, [3, 3, 6, 4])), `${free.made}`).toBeLessThan(0.03);
    await cluster.stop();
  }));

test('a run with priority has its first call as soon as one has ended, and then all that it wants, though others have long jobs under way', () =>
  inVirtualTime(async (timing) => {
    const cluster = await sharedEndpoint(timing, quickRandom(1), { workers: 2, slots: 8, limit: 6 });
    await cluster.start(runOf(1, { callsOfJob: 10, callMs: 1_000 }));
    await timing.sleep(10_000, never);
    const urgent = await cluster.start(runOf(1, { share: { priority: 1 }, callsOfJob: 10, callMs: 1_000 }));
    await timing.sleep(1_000, never);
    expect(cluster.calls()[urgent]).toBeGreaterThan(0);
    await timing.sleep(2_000, never);
    const { made } = await callsWithin(cluster, 20_000, timing.sleep);
    expect(made[0]).toBeLessThanOrEqual(2);
    expect(made[urgent]).toBeGreaterThan(100);
    await cluster.setShare(urgent, { priority: 0 });
    await timing.sleep(3_000, never);
    const even = await callsWithin(cluster, 20_000, timing.sleep);
    expect(Math.max(...deviations(even, [1, 1]))).toBeLessThan(0.1);
    await cluster.stop();
  }));

test('who comes last is not kept waiting by the jobs of all that came before, which fill the workers', () =>
  inVirtualTime(async (timing) => {
    const cluster = await sharedEndpoint(timing, quickRandom(1), { workers: 1, slots: 12, limit: 2 });
    for (let run = 0; run < 4; run += 1) await cluster.start(runOf(3, { callsOfJob: 10, callMs: 400 }));
    await timing.sleep(100, never);
    const light = await cluster.start(runOf(1, { callsOfJob: 10, callMs: 400 }));
    const urgent = await cluster.start(runOf(1, { share: { priority: 1 }, jobs: 2, callsOfJob: 2, callMs: 400 }));
    await timing.sleep(700, never);
    expect(cluster.calls()[urgent]).toBeGreaterThan(0);
    await timing.sleep(6_000, never);
    expect(cluster.calls()[urgent]).toBe(4);
    expect(cluster.calls()[light]).toBeGreaterThan(0);
    await cluster.stop();
  }));

test('what a run has no use for is the others’, and it is owed none of it when it comes back', () =>
  inVirtualTime(async (timing) => {
    const cluster = await sharedEndpoint(timing, quickRandom(1), { workers: 2, slots: 12, limit: 6 });
    await cluster.start(runOf(4, { jobs: 10, callsOfJob: 2 }));
    await cluster.start(runOf(1));
    await timing.sleep(30_000, never);
    const { made } = await callsWithin(cluster, 10_000, timing.sleep);
    expect(made[0]).toBe(0);
    expect(made[1]).toBeGreaterThan(180);
    await cluster.add(0, 300);
    await timing.sleep(1_000, never);
    const back = await callsWithin(cluster, 5_000, timing.sleep);
    expect(Math.max(...deviations(back, [4, 1])), `${back.made}`).toBeLessThan(0.15);
    await cluster.stop();
  }));

test('a run never has more calls in flight than it may, over all workers, and what it may is changed while it goes on', () =>
  inVirtualTime(async (timing) => {
    const cluster = await sharedEndpoint(timing, quickRandom(1), { workers: 3, slots: 12, limit: 12 });
    await cluster.start(runOf(1, { share: { atMost: 4 }, callsOfJob: 2 }));
    await cluster.start(runOf(1));
    const most = async (ms: number): Promise<number> => {
      let highest = 0;
      for (let passed = 0; passed < ms; passed += 20) {
        await timing.sleep(20, never);
        highest = Math.max(highest, cluster.inFlight()[0] ?? 0);
      }
      return highest;
    };
    expect(await most(10_000)).toBe(4);
    const { made } = await callsWithin(cluster, 20_000, timing.sleep);
    // The other one has the rest.
    expect((made[1] ?? 0) / (made[0] ?? 1)).toBeGreaterThan(1.7);
    await cluster.setShare(0, { atMost: 1 });
    await timing.sleep(3_000, never);
    expect(await most(5_000)).toBe(1);
    await cluster.setShare(0, { atMost: 0 });
    await timing.sleep(3_000, never);
    expect(await most(5_000)).toBeGreaterThan(4);
    await cluster.stop();
  }));
