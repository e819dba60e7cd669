import { describe, expect, test } from 'vitest';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { describeSeed, type SimulatedSeed, simulateSeed } from './simulate-seed.ts';
import type { Plant } from './simulated-search.ts';

/**
 * A simulation that finds nothing may be one that cannot: each of these is a defect that it must find, within this many seeds.
 */
const seeds = 100;
const first = Number(process.env.SCALE_TEST_SEED ?? 1);
const command = 'npx vitest run test/simulation/planted-violations.test.ts';

const plants: readonly (readonly [what: string, plant: Plant, found: RegExp])[] = [
  [
    'a worker that acknowledges a job before the store has its result',
    (bus) => ({
      ...bus,
      jobs: {
        ...bus.jobs,
        pull: async (...asked) => {
          const deliveries = await bus.jobs.pull(...asked);
          await Promise.all(deliveries.map((delivery) => delivery.ack()));
          return deliveries;
        },
      },
    }),
    /was acknowledged before the store had a result of it/,
  ],
  [
    'a coordinator that writes to the log wherever it ends, without the place that fences a deposed one',
    (bus) => ({
      ...bus,
      log: { ...bus.log, append: async (runId, entry) => await bus.log.append(runId, entry, await endOf(bus, runId)) },
    }),
    /of the log, .* is not that of the undisturbed search/,
  ],
  [
    'a journal that says it has a call and has not: its job pays for it again',
    (bus) => ({ ...bus, journal: { ...bus.journal, record: async () => undefined } }),
    /was recorded, and is not known to the next delivery/,
  ],
  [
    'a queue that calls every delivery the first, so that what an earlier one has paid for is not looked up',
    (bus) => ({
      ...bus,
      jobs: {
        ...bus.jobs,
        pull: async (...asked) => (await bus.jobs.pull(...asked)).map((delivery) => ({ ...delivery, isFirst: true })),
      },
    }),
    /was recorded, and is not known to the next delivery|was begun again although/,
  ],
  [
    'a lease that seems never to pass to another, so that a job of a deposed coordinator is believed to be new',
    (bus) => {
      let first: string | undefined;
      const holding = async (name: string) => {
        first ??= await bus.leases.holding(name);
        return first;
      };
      return { ...bus, leases: { ...bus.leases, holding } };
    },
    /was recorded, and is not known to the next delivery|was begun again although/,
  ],
  [
    'a store that says it has a result and has not',
    (bus) => ({ ...bus, results: { ...bus.results, put: async () => 'stored' } }),
    /the run does not end/,
  ],
];

async function endOf(bus: Bus, runId: string): Promise<number> {
  let last = 0;
  for await (const { sequence } of bus.log.read(runId, { after: 0, follow: false }, new AbortController().signal))
    last = sequence;
  return last;
}

async function firstViolation(plant: Plant): Promise<SimulatedSeed | undefined> {
  for (let seed = first; seed < first + seeds; seed += 1) {
    const simulated = await simulateSeed(seed, plant);
    if (simulated.violations.length > 0) return simulated;
  }
  return undefined;
}

describe('the simulation finds, and finds again by the seed that it prints,', () => {
  test.each(plants)('%s', async (_, plant, expected) => {
    const found = await firstViolation(plant);
    if (found === undefined) throw new Error(`${seeds} seeds have not shown it`);
    console.info(describeSeed(found, command));
    expect(found.violations.join('\n')).toMatch(expected);
    const again = await simulateSeed(found.seed, plant);
    expect(again.violations).toEqual(found.violations);
    expect(again.traceHash).toBe(found.traceHash);
    expect((await simulateSeed(found.seed)).violations).toEqual([]);
  });
});
