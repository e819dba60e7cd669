import { expect, test } from 'vitest';
import { describeSeed, simulateSeed } from './simulate-seed.ts';

/** Enough to find what goes wrong in one search of a hundred; `SCALE_SIMULATION_SEEDS=2000` takes a minute or two. */
const count = Number(process.env.SCALE_SIMULATION_SEEDS ?? 300);
const first = Number(process.env.SCALE_TEST_SEED ?? 1);
const worthReading = 10;
const again = 'SCALE_SIMULATION_SEEDS=1 npx vitest run test/simulation/any-seed.test.ts';

test(`whatever dies, stands still, gets lost, late or comes twice: a search ends with the log of one that was left in peace (${count} seeds)`, async () => {
  console.info(`seeds ${first} to ${first + count - 1}; SCALE_TEST_SEED sets the first, SCALE_SIMULATION_SEEDS how many`);
  const failed: string[] = [];
  for (let seed = first; seed < first + count && failed.length < worthReading; seed += 1) {
    const simulated = await simulateSeed(seed);
    if (simulated.violations.length > 0) failed.push(describeSeed(simulated, again));
    if (count === 1) console.info(simulated.run.trace.join('\n'));
  }
  expect(failed.join('\n\n')).toBe('');
}, 3_600_000);

test('a seed is the same run each time, in every step and to the millisecond', async () => {
  for (const seed of [first, first + 1, first + 2]) {
    const [one, two] = [await simulateSeed(seed), await simulateSeed(seed)];
    expect(one.run.trace.length).toBeGreaterThan(100);
    expect(two.run.trace).toEqual(one.run.trace);
    expect(two.traceHash).toBe(one.traceHash);
  }
  // However many others go on at the same time.
  const [alone, ...others] = [
    await simulateSeed(first),
    ...(await Promise.all([first, first + 1, first].map((seed) => simulateSeed(seed)))),
  ];
  expect([others[0]?.traceHash, others[2]?.traceHash]).toEqual([alone?.traceHash, alone?.traceHash]);
  expect((await simulateSeed(first + 9)).traceHash).not.toBe(alone?.traceHash);
});
