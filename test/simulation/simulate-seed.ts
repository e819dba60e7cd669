import { createHash } from 'node:crypto';
import { type FaultPlan, faultPlanOf, undisturbed } from './fault-plan.ts';
import { type MadeUpSearch, madeUpSearches } from './made-up-searches.ts';
import { type Plant, type SimulatedRun, simulateSearch } from './simulated-search.ts';
import { readLog, violationsOf } from './violations-of.ts';

/** What a seed has shown: the search, what went wrong on its way, and what must not have come of that. */
export interface SimulatedSeed {
  readonly seed: number;
  readonly search: MadeUpSearch;
  readonly plan: FaultPlan;
  readonly run: SimulatedRun;
  /** Of all that happened, in its order and with its times: equal for two runs that are the same in every step. */
  readonly traceHash: string;
  readonly violations: readonly string[];
}

interface Reference {
  readonly log: readonly string[];
  readonly steps: number;
}

const references = new Map<MadeUpSearch, Promise<Reference>>();

/** Simulates what the seed says: which search, on how many processes, under which faults. */
export async function simulateSeed(seed: number, plant?: Plant): Promise<SimulatedSeed> {
  const search = madeUpSearches[seed % madeUpSearches.length] as MadeUpSearch;
  const { log, steps } = await referenceOf(search);
  const plan = faultPlanOf(seed, steps);
  const run = await simulateSearch(search, plan, plant).catch((error: unknown) => {
    throw new Error(`seed ${seed}, ${search.name}, under ${JSON.stringify(plan)}`, { cause: error });
  });
  const traceHash = createHash('sha256').update(run.trace.join('\n')).digest('hex');
  return { seed, search, plan, run, traceHash, violations: await violationsOf(run, log) };
}

/** The same search undisturbed. */
function referenceOf(search: MadeUpSearch): Promise<Reference> {
  const known = references.get(search);
  if (known !== undefined) return known;
  const made = simulateSearch(search, undisturbed).then(async (run) => ({ log: await readLog(run), steps: run.steps }));
  references.set(search, made);
  return made;
}

/** For whoever has to find out why. @param again the command that runs the seed once more, which it gets from SCALE_TEST_SEED */
export function describeSeed({ seed, search, plan, violations }: SimulatedSeed, again: string): string {
  return [
    `seed ${seed}, ${search.name}:`,
    ...violations.map((violation) => `  ${violation}`),
    `  plan: ${JSON.stringify(plan)}`,
    `  again: SCALE_TEST_SEED=${seed} ${again}`,
  ].join('\n');
}
