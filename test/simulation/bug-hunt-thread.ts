import { parentPort } from 'node:worker_threads';
import type { BugHunt, FoundBug } from './bug-hunt.ts';
import { plantBugs } from './plant-bugs.ts';
import type { SimulatedCase } from './simulated-case.ts';

plantBugs();
// Only now, so that what it loads has the defects in it.
const { caseOfSeed } = await import('./simulate-seed.ts');
const { fails, referenceOf, shrinkCase, simulateCase } = await import('./simulated-case.ts');

async function huntBug({ what, known, first, count, shrink }: BugHunt): Promise<FoundBug> {
  const others = Array.from({ length: count }, (_, index) => first + index);
  for (const seed of known === undefined ? others : [known, ...others]) {
    const ofSeed = await caseOfSeed(seed);
    if (!(await showsBug(what, ofSeed))) continue;
    const smallest = shrink ? await shrinkCase(ofSeed, (smaller) => showsBug(what, smaller)) : ofSeed;
    return { what, seed, shown: { ...smallest, ...(await withBug(what, smallest, () => seenIn(smallest))) } };
  }
  return { what };
}

/** A violation that is there without the defect shows nothing of it. */
async function showsBug(what: string, given: SimulatedCase): Promise<boolean> {
  return (await withBug(what, given, () => fails(given))) && !(await fails(given));
}

async function seenIn(given: SimulatedCase): Promise<{ violation: string; steps: number }> {
  try {
    const { violations, run } = await simulateCase(given);
    return { violation: violations[0] ?? '', steps: run.steps };
  } catch (error) {
    // A defect may also break the simulation itself.
    return { violation: String(error instanceof Error ? (error.cause ?? error) : error), steps: 0 };
  }
}

async function withBug<Value>(what: string, { search, rounds }: SimulatedCase, look: () => Promise<Value>): Promise<Value> {
  // What the search comes to in peace is not to have the defect.
  await referenceOf(search, rounds);
  globalThis.plantedBug = what;
  try {
    return await look();
  } finally {
    globalThis.plantedBug = undefined;
  }
}

parentPort?.on('message', (hunt: BugHunt) => {
  huntBug(hunt).then(
    (found) => parentPort?.postMessage(found),
    (error: unknown) => {
      throw error;
    },
  );
});
