import { isNoResult } from '../failure.ts';
import { isScored } from '../failure-class.ts';
import type { TokenUse } from './ledger/token-use.ts';
import type { KeptOutcome } from './outcomes/outcome-columns.ts';
import type { MemoryRow } from './outcomes/outcome-row.ts';
import { scoresByQuery } from './outcomes/outcomes.ts';
import { isQueryLevel } from './run-kind.ts';
import type { Round, RunState } from './state.ts';

/** More rows than this are not offered: the log should stay small, and by then the queries are well known. */
export const mostRowsRecalled = 32;

/**
 * What an ended run leaves to later ones: a row for each workflow that was executed, whatever asked for it. A separate workflow
 * for each query says nothing about how queries compare.
 */
export function rowsToKeep(runId: string, state: RunState): MemoryRow[] {
  if (isQueryLevel(state.configuration)) return [];
  return state.rounds.flatMap((round) => {
    const outcomes = outcomesOf(state, round);
    if (outcomes.length === 0 || isNoResult(outcomes)) return [];
    const scores = scoresByQuery(outcomes);
    return [
      {
        runId,
        round: round.round,
        workflowHash: round.workflowHash,
        model: state.configuration.executor.model,
        method: round.evaluation?.method ?? state.configuration.evaluation.method,
        simulated: isSimulated(outcomes.flatMap(({ tokens }) => tokens)),
        queries: [...scores.keys()],
        scores: [...scores.values()],
      },
    ];
  });
}

/**
 * A round's executions that have a score, including those of the final pick and a canary that no sample included: a query without
 * one would be remembered as one that nothing solves.
 */
function outcomesOf({ finalOutcomes = [] }: RunState, round: Round): KeptOutcome[] {
  const final = finalOutcomes.flatMap((picked) => (picked.round === round.round ? [picked.outcome] : []));
  const known = [...round.outcomes, ...final].filter(isScored);
  const { canary } = round;
  if (canary === undefined || !isScored(canary) || known.some(({ queryIndex }) => queryIndex === canary.queryIndex)) return known;
  return [canary, ...known];
}

function isSimulated(uses: readonly TokenUse[]): boolean {
  return uses.some(({ simulated }) => simulated);
}

/** For whom rows are chosen. */
export interface MemoryReader {
  readonly runId: string;
  /** Executor. */
  readonly model: string;
  readonly simulated: boolean;
}

/**
 * The rows that a new run begins with: of the same kind (simulated models say nothing about real ones), each workflow once per
 * model. First those of the run's own executor, then those with the most executions, then the newest. Workflows that solved
 * nothing are left out: either they were broken or their few queries were hard, and either way they say little about how queries
 * differ.
 * @param kept rows of earlier runs, the newest run first
 */
export function rowsToRecall(kept: readonly MemoryRow[], { runId, model, simulated }: MemoryReader): MemoryRow[] {
  const offered = kept
    .filter((row) => row.simulated === simulated && row.runId !== runId && row.scores.some((score) => score > 0))
    .sort(
      (one, other) => Number(other.model === model) - Number(one.model === model) || other.queries.length - one.queries.length,
    );
  const taken = new Map<string, MemoryRow>();
  for (const row of offered) {
    const identity = JSON.stringify([row.model, row.workflowHash]);
    if (!taken.has(identity)) taken.set(identity, row);
  }
  return [...taken.values()].slice(0, mostRowsRecalled);
}

const noMemory: readonly MemoryRow[] = [];

/**
 * The rows that the run may use: those in its log, unless its own executions have shown that they are of the other kind. The same
 * array for all states of a run, since methods cache what they have learned from it by object identity.
 */
export function memoryOf({ memory = noMemory, ledger }: RunState): readonly MemoryRow[] {
  const [row] = memory;
  const executed = ledger.filter(({ phase }) => phase !== 'propose' && phase !== 'predict');
  return row !== undefined && executed.length > 0 && isSimulated(executed) !== row.simulated ? noMemory : memory;
}
