import { createHash } from 'node:crypto';
import { faultPlanOf } from './fault-plan.ts';
import { type MadeUpSearch, madeUpSearches } from './made-up-searches.ts';
import { type CaseOutcome, referenceOf, type SimulatedCase, simulateCase } from './simulated-case.ts';

/** What a seed has shown: the search, what went wrong on its way, and what must not have come of that. */
export interface SimulatedSeed extends SimulatedCase, CaseOutcome {
  readonly seed: number;
  /** Of all that happened, in its order and with its times: equal for two runs that are the same in every step. */
  readonly traceHash: string;
}

/** Simulates what the seed says: which search (of those whose name has this), on how many processes, under which faults. */
export async function simulateSeed(seed: number, searches = ''): Promise<SimulatedSeed> {
  const found = await caseOfSeed(seed, searches);
  const outcome = await simulateCase(found).catch((error: unknown) => {
    throw new Error(`seed ${seed}, ${JSON.stringify(found)}`, { cause: error });
  });
  return {
    ...{ seed, ...found, ...outcome },
    // Of thousands of seeds nobody asks for it.
    get traceHash() {
      return createHash('sha256').update(outcome.run.trace.join('\n')).digest('hex');
    },
  };
}

/** The search of the seed has been done in peace after this, and how many steps it takes is known. */
export async function caseOfSeed(seed: number, searches = ''): Promise<SimulatedCase> {
  const among = madeUpSearches.filter(({ name }) => name.includes(searches));
  const { name, configuration } = among[seed % among.length] as MadeUpSearch;
  const rounds = configuration.search.maxRounds;
  const { steps } = await referenceOf(name, rounds);
  return { search: name, rounds, plan: faultPlanOf(seed, steps) };
}
