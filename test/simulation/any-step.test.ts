import { expect, test } from 'vitest';
import { calm, type Incident, undisturbed } from './fault-plan.ts';
import { type MadeUpSearch, madeUpSearches } from './made-up-searches.ts';
import { simulateSearch } from './simulated-search.ts';
import { readLog, violationsOf } from './violations-of.ts';

/** Long enough for another coordinator to end the search meanwhile. */
const forMs = 12_000;

/** They take turns over the steps; SCALE_TEST_SEED lets another one begin. */
const incidents: readonly ((atStep: number) => Incident)[] = [
  (atStep) => ({ kind: 'kill', atStep, when: 'before', downMs: 1_000 }),
  (atStep) => ({ kind: 'kill', atStep, when: 'after', downMs: 1_000 }),
  (atStep) => ({ kind: 'pause', atStep, forMs }),
  (atStep) => ({ kind: 'replace', atStep, which: atStep }),
  (atStep) => ({ kind: 'partition', atStep, which: atStep, way: 'both', forMs }),
  (atStep) => ({ kind: 'wipe', atStep }),
  (atStep) => ({ kind: 'restart', atStep, downMs: 1_000 }),
  (atStep) => ({ kind: 'lost-leader', atStep, which: [atStep, atStep + 1, atStep + 3], forMs }),
];
const turn = Number(process.env.SCALE_TEST_SEED ?? 1);

test.each([
  ['everything executed, seed 1', 1],
  ['everything executed, four rounds at once, seed 1', 5],
  ['merges, four rounds at once, seed 1', 29],
  ['nearly the same, four rounds at once, seed 1', 29],
])(
  '%s: whatever happens to whoever makes any step (of %i), another one takes over, and the log is the same',
  async (searched, every) => {
    console.info(`turn ${turn}; SCALE_TEST_SEED sets another`);
    const search = madeUpSearches.find(({ name }) => name === searched) as MadeUpSearch;
    const reference = await simulateSearch(search, undisturbed);
    const log = await readLog(reference);
    const weather = { ...calm, latencyMs: 3 };
    const failed: string[] = [];
    for (let atStep = 1 + (turn % every); atStep <= reference.steps; atStep += every) {
      const incident = incidents[(atStep + turn) % incidents.length]?.(atStep);
      const nodes = incident?.kind === 'lost-leader' ? 3 : 1;
      const plan = {
        ...undisturbed,
        nodes,
        seed: 1,
        coordinators: 2,
        workers: 2,
        weather,
        incidents: incident ? [incident] : [],
      } as const;
      const violations = await violationsOf(await simulateSearch(search, plan), log);
      failed.push(...violations.map((violation) => `${JSON.stringify(incident)}: ${violation}`));
    }
    expect(reference.steps).toBeGreaterThan(200);
    expect(failed).toEqual([]);
  },
);
