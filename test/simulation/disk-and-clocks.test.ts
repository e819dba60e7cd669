import { expect, test } from 'vitest';
import { type FaultPlan, type Incident, undisturbed } from './fault-plan.ts';
import { madeUpSearches } from './made-up-searches.ts';
import { simulateSearch } from './simulated-search.ts';
import { readLog, violationsOf } from './violations-of.ts';

const search = madeUpSearches.find(({ name }) => name.includes('four rounds at once')) ?? madeUpSearches[0];
if (search === undefined) throw new Error('there is no made-up search');
const reference = await simulateSearch(search, undisturbed);
const expected = await readLog(reference);
reference.release();

async function violations(change: Partial<FaultPlan>): Promise<string[]> {
  const run = await simulateSearch(search as NonNullable<typeof search>, { ...undisturbed, workers: 2, ...change });
  const found = await violationsOf(run, expected);
  run.release();
  return found;
}

/** Longer than a lease, and than the server waits for a heartbeat. */
const forMs = 9_000;
const steps = [20, 90, 200];

test.each(['full', 'stall'] as const)('a disk in trouble (%s) leaves a search what it is', async (kind) => {
  for (const atStep of steps) {
    const incidents: Incident[] = [{ kind, atStep, forMs }];
    expect(await violations({ coordinators: 2, incidents }), `at step ${atStep}`).toEqual([]);
  }
});

test('clocks that are two days apart leave a search what it is, whoever leads it', async () => {
  const incidents: Incident[] = [{ kind: 'kill', atStep: 90, when: 'after', downMs: 1_000 }];
  expect(await violations({ coordinators: 2, clocksApartMs: 4 * 24 * 3_600_000, incidents })).toEqual([]);
});
