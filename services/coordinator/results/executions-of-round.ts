import { againJobId, executionJobId } from '../../domain/run/job-id.ts';
import type { KeptOutcome } from '../../domain/run/outcomes/outcome-columns.ts';
import { executedWorkflows } from '../../domain/run/query-workflows.ts';
import type { Round, RunState } from '../../domain/run/state.ts';
import { isLost } from '../../domain/search/lost-executions.ts';
import type { ListExecutionsResponse, RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Bus, TimedResult } from '../../shared/messaging/bus.ts';
import { executionOutcomeOf } from './event-of-result.ts';

/** Reads in flight: enough to hide the latency of the server, few enough to hold only these results in memory. */
const readAtOnce = 32;

/** How many of the executions in a run's log have no result in the store, which keeps results for two weeks. */
export async function countMissingResults(bus: Bus, runId: string, { rounds }: Pick<RunState, 'rounds'>): Promise<number> {
  const logged = rounds.flatMap((round) => {
    const workflowFor = executedWorkflows(round);
    return round.outcomes.map(({ queryIndex, repeat }) =>
      executionJobId((workflowFor(queryIndex) ?? round).workflowHash, queryIndex, repeat),
    );
  });
  if (logged.length === 0) return 0;
  const stored = await bus.results.jobIds(runId);
  return new Set(logged.filter((jobId) => !stored.has(jobId))).size;
}

/** All that is known of a round's workflow: of its evaluation, its canary and the final pick; on one query, or on all. */
export function outcomesOn(
  { finalOutcomes = [] }: Pick<RunState, 'finalOutcomes'>,
  round: Round,
  queryIndex: number | undefined,
): KeptOutcome[] {
  const picked = finalOutcomes.filter((each) => each.round === round.round).map(({ outcome }) => outcome);
  const known = [...round.outcomes, ...(round.canary === undefined ? [] : [round.canary]), ...picked];
  const wanted = queryIndex === undefined ? known : known.filter((each) => each.queryIndex === queryIndex);
  const byPlace = new Map(wanted.map((each) => [`${each.queryIndex}/${each.repeat}`, each]));
  return queryIndex === undefined ? [...byPlace.values()] : [...byPlace.values()].sort((one, other) => one.repeat - other.repeat);
}

/**
 * The stored results of a round's executions that the log has, in the log's order. Results outlive their run by two weeks: one
 * that is gone is left out, but its outcome in the log still gives the score, the tokens and the start of the answer.
 * @param manifest of the run
 */
export async function* executionsOf(
  bus: Bus,
  { runId, resumed = 0 }: Pick<RunManifest, 'runId' | 'resumed'>,
  round: Pick<Round, 'workflow' | 'workflowHash' | 'queryProposals'> & { readonly outcomes: Iterable<KeptOutcome> },
  signal: AbortSignal,
): AsyncGenerator<ListExecutionsResponse> {
  const outcomes = [...round.outcomes];
  const workflowFor = executedWorkflows(round);
  for (let start = 0; start < outcomes.length; start += readAtOnce) {
    signal.throwIfAborted();
    const read = outcomes.slice(start, start + readAtOnce).map(async ({ queryIndex, repeat }) => {
      const { workflowHash } = workflowFor(queryIndex) ?? round;
      const stored = await countedResult(bus, runId, executionJobId(workflowHash, queryIndex, repeat), resumed);
      return { workflowHash, queryIndex, repeat, result: stored?.result, storedAtMs: stored?.storedAtMs };
    });
    for (const execution of await Promise.all(read)) if (execution.result) yield execution;
  }
}

/** A result that was lost to the infrastructure does not count once the job, issued again, has another one. */
async function countedResult(bus: Bus, runId: string, jobId: string, tries: number): Promise<TimedResult | undefined> {
  let stored = await bus.results.getTimed(runId, jobId);
  for (let again = 1; again <= tries && stored !== undefined && isLost(executionOutcomeOf(stored.result, 0, 0)); again += 1) {
    stored = (await bus.results.getTimed(runId, againJobId(jobId, again))) ?? stored;
  }
  return stored;
}
