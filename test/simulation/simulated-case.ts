import type { FaultPlan } from './fault-plan.ts';
import { calm, spoiling, undisturbed } from './fault-plan.ts';
import { type MadeUpSearch, madeUpSearches } from './made-up-searches.ts';
import { type SimulatedRun, simulateSearch } from './simulated-search.ts';
import { readLog, violationsOf } from './violations-of.ts';

/** All that decides a simulated run: the same case is the same run, in every step. */
export interface SimulatedCase {
  /** Its name among the made-up searches. */
  readonly search: string;
  /** The most rounds. */
  readonly rounds: number;
  readonly plan: FaultPlan;
}

export interface CaseOutcome {
  readonly run: SimulatedRun;
  readonly violations: readonly string[];
}

interface Reference {
  readonly log: readonly string[];
  readonly steps: number;
}

const references = new Map<string, Promise<Reference>>();

/** @throws Error for a search that is not there */
export async function simulateCase({ search, rounds, plan }: SimulatedCase): Promise<CaseOutcome> {
  const { log } = await referenceOf(search, rounds);
  const run = await simulateSearch(searchOf(search, rounds), plan);
  const violations = await violationsOf(run, log);
  run.release();
  return { run, violations };
}

/** The log and the steps of a search that is left in peace; kept. */
export function referenceOf(search: string, rounds: number): Promise<Reference> {
  const key = `${rounds} ${search}`;
  const made =
    references.get(key) ??
    simulateSearch(searchOf(search, rounds), undisturbed).then(async (run) => ({ log: await readLog(run), steps: run.steps }));
  references.set(key, made);
  return made;
}

function searchOf(name: string, maxRounds: number): MadeUpSearch {
  const found = madeUpSearches.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no made-up search "${name}"`);
  const { search } = found.configuration;
  return { ...found, configuration: { ...found.configuration, search: { ...search, maxRounds } } };
}

/** Whether the case shows a violation, or breaks the simulation itself. */
export async function fails(given: SimulatedCase): Promise<boolean> {
  return await simulateCase(given).then(
    ({ violations }) => violations.length > 0,
    () => true,
  );
}

/**
 * The case with as little of it as still shows a violation: incidents, weather, processes and rounds are left out one after the
 * other for as long as that is so. @param withinMs of trying, by the clock on the wall
 */
export async function shrinkCase(given: SimulatedCase, stillFails = fails, withinMs = 60_000): Promise<SimulatedCase> {
  const until = performance.now() + withinMs;
  let smallest = given;
  for (let isShrinking = true; isShrinking; ) {
    isShrinking = false;
    for (const smaller of smallerCases(smallest)) {
      if (performance.now() > until) return smallest;
      if (!(await stillFails(smaller))) continue;
      smallest = smaller;
      isShrinking = true;
      break;
    }
  }
  return smallest;
}

/** Each a step simpler than the case, the largest steps first. */
function* smallerCases(given: SimulatedCase): Generator<SimulatedCase> {
  const { plan, rounds } = given;
  const { incidents, weather } = plan;
  const withPlan = (change: Partial<FaultPlan>): SimulatedCase => ({ ...given, plan: { ...plan, ...change } });
  if (incidents.length > 2) {
    const half = Math.floor(incidents.length / 2);
    yield withPlan({ incidents: incidents.slice(half) });
    yield withPlan({ incidents: incidents.slice(0, half) });
  }
  const { latencyMs } = weather;
  if (Object.entries(weather).some(([key, value]) => value > 0 && key !== 'latencyMs' && key !== 'lateMs')) {
    yield withPlan({ weather: { ...calm, latencyMs } });
  }
  for (const index of incidents.keys()) yield withPlan({ incidents: incidents.toSpliced(index, 1) });
  for (const share of [...spoiling, 'slowJobs'] as const) {
    if (weather[share] > 0) yield withPlan({ weather: { ...weather, [share]: 0 } });
  }
  if (rounds > 1) yield { ...given, rounds: rounds - 1 };
  for (const part of ['coordinators', 'workers', 'slots'] as const)
    if (plan[part] > 1) yield withPlan({ [part]: plan[part] - 1 });
  if (plan.nodes > 1) yield withPlan({ nodes: 1 });
  if (plan.clocksApartMs > 0) yield withPlan({ clocksApartMs: 0 });
  if (latencyMs > 1) yield withPlan({ weather: { ...weather, latencyMs: 1 } });
}
