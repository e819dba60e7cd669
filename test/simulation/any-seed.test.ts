import { expect, test } from 'vitest';
import { failedSeedsInThreads } from './failed-seeds.ts';
import { simulateSeed } from './simulate-seed.ts';

/** Enough to find what goes wrong in one search of a hundred; scripts/simulate.ts tries ten thousand. */
const count = Number(process.env.SCALE_SIMULATION_SEEDS ?? 300);
const first = Number(process.env.SCALE_TEST_SEED ?? 1);

test(`whatever dies, stands still, gets lost, late or comes twice: a search ends with the log of one that was left in peace (${count} seeds)`, async () => {
  console.info(`seeds ${first} to ${first + count - 1}; SCALE_TEST_SEED sets the first, SCALE_SIMULATION_SEEDS how many`);
  expect((await failedSeedsInThreads({ first, count })).join('\n\n')).toBe('');
}, 3_600_000);

/** How each kind of trouble shows in what happened. */
const troubles: readonly (readonly [what: string, sign: RegExp])[] = [
  ['a process is killed before its call is sent', /"kill".*"before"/],
  ['a process is killed before it hears what came of its call', /"kill".*"after"/],
  ['a process stands still', /"pause"/],
  ['a process is replaced in good order', /"replace"/],
  ['jobs are delivered twice', /"redeliver"/],
  ['the queue is emptied', /"purge"/],
  ['the store is lost', /"wipe"/],
  ['the server is killed and comes back', /"restart"/],
  ['a process is cut off from the server, in one direction or both', /"partition"/],
  ['a leader of three nodes is cut off from the others, with some of its clients', /"lost-leader"/],
  ['a job is delivered again', /pull \w+: .*#2/],
  ['a result comes that is there already', /store \S+: already-stored/],
  ['a job is published that is there already', /publish \S+: already-queued/],
  ['a coordinator that has been deposed writes to the log, and is refused', /append after \d+: LogConflictError/],
  ['a lease that has run out is not renewed', /renew \S+: false/],
  ['a coordinator waits for the lease of another', /acquire run-\S+: undefined/],
];

test('a hundred seeds meet with each kind of trouble', async () => {
  const seen = new Set<string>();
  for (let seed = first; seed < first + 100 && seen.size < troubles.length; seed += 1) {
    const trace = (await simulateSeed(seed)).run.trace.join('\n');
    for (const [what, sign] of troubles) if (sign.test(trace)) seen.add(what);
  }
  expect([...seen].sort()).toEqual(troubles.map(([what]) => what).sort());
});

test('a seed is the same run each time, in every step and to the millisecond', async () => {
  for (const seed of [first, first + 1, first + 2]) {
    const [one, two] = [await simulateSeed(seed), await simulateSeed(seed)];
    expect(one.run.trace.length).toBeGreaterThan(100);
    expect(two.run.trace).toEqual(one.run.trace);
    expect(two.traceHash).toBe(one.traceHash);
  }
  // However many others go on at the same time.
  const alone = await simulateSeed(first);
  const others = await Promise.all([first, first + 1, first].map((seed) => simulateSeed(seed)));
  expect([others[0]?.traceHash, others[2]?.traceHash]).toEqual([alone.traceHash, alone.traceHash]);
  expect((await simulateSeed(first + 9)).traceHash).not.toBe(alone.traceHash);
});
