import type { Benchmark } from '../benchmark.ts';
import { isScored } from '../failure-class.ts';
import { moneyOf } from '../prices/money-of.ts';
import type { PriceTable } from '../prices/price-table.ts';
import type { TokenUse } from '../run/ledger/token-use.ts';
import { totalUse } from '../run/ledger/totals.ts';
import type { KeptOutcome } from '../run/outcomes/outcome-columns.ts';
import { isQueryLevel } from '../run/run-kind.ts';
import type { RunState } from '../run/state.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { RoutedWorkflow, RoutingMatrix, Trial } from './routing-matrix.ts';

/** A run whose executions are taken: the search itself, evaluations of more workflows, or a run with one workflow a query. */
export interface ExecutedRun {
  readonly runId: string;
  readonly state: RunState;
  /** The whole answer of an execution, where it is still known. */
  answer(
    round: number,
    workflowHash: string,
    execution: { readonly queryIndex: number; readonly repeat: number },
  ): string | undefined;
}

export interface RunsMatrix {
  readonly matrix: RoutingMatrix;
  /** Parallel to the matrix's workflows; for query level, the usual one, which answers where none could be written. */
  readonly workflows: readonly (Workflow | undefined)[];
  /** Of the queries and workflows that something was executed of. */
  readonly of: { readonly queries: number; readonly workflows: number };
  readonly simulated: boolean;
}

/** Stands for the hash of a workflow that is another one for each query. */
export const queryLevelHash = 'query-level';

export interface MatrixChoice {
  /** Costs are money where this is given, tokens otherwise. */
  readonly prices?: PriceTable | undefined;
  /** Workflows beyond so many add nothing to how good a set of them is. */
  readonly workflows: number;
}

interface Row {
  readonly name: string;
  readonly hash: string;
  readonly workflow: Workflow | undefined;
  readonly isQueryLevel: boolean;
  readonly byQuery: Map<number, Map<string, Trial>>;
}

/**
 * What was really executed, as a matrix without gaps: the workflows that have the most queries in common, since a route can be
 * judged only on queries that all of its workflows have answered. Executions that say nothing about the workflow are left out.
 * @throws RangeError if no two workflows have a query in common
 */
export function matrixOfRuns(
  runs: readonly ExecutedRun[],
  benchmark: Pick<Benchmark, 'queries' | 'inputs'>,
  choice: MatrixChoice,
): RunsMatrix {
  const rows = rowsOf(runs, choice.prices);
  const [plain, single] = [rows.filter((row) => !row.isQueryLevel), rows.filter((row) => row.isQueryLevel)];
  const { chosen, common } = largestCommon(plain, single, choice.workflows);
  if (chosen.length < 2 || common.length === 0) throw new RangeError('no two workflows were executed on the same queries');
  const used = [...chosen, ...single];
  return {
    matrix: {
      queries: common.map((index) => {
        const { id = String(index), fields = {} } = benchmark.queries[index] ?? {};
        return { id, text: queryText(fields, benchmark.inputs) };
      }),
      workflows: used.map((row): RoutedWorkflow => {
        const trials = common.map((query) => [...(row.byQuery.get(query)?.values() ?? [])]);
        return { name: row.name, hash: row.hash, trials, ...(row.isQueryLevel && { isQueryLevel: true as const }) };
      }),
    },
    workflows: used.map(({ workflow }) => workflow),
    of: { queries: new Set(rows.flatMap(({ byQuery }) => [...byQuery.keys()])).size, workflows: plain.length },
    simulated: runs.some(({ state }) => totalUse(state.ledger).simulated),
  };
}

/** All that a query is known by before anything is executed: the fields that workflows may read. */
export function queryText(fields: Readonly<Record<string, string>>, inputs: readonly string[]): string {
  return inputs.map((field) => fields[field] ?? '').join('\n');
}

/** One a workflow, whichever rounds and runs it was executed in. */
function rowsOf(runs: readonly ExecutedRun[], prices: PriceTable | undefined): Row[] {
  const rows = new Map<string, Row>();
  for (const [place, { runId, state, answer }] of runs.entries()) {
    const single = isQueryLevel(state.configuration);
    for (const round of state.rounds) {
      const hash = single ? queryLevelHash : round.workflowHash;
      const executed = executedOf(state, round.round);
      if (hash === '' || executed.length === 0) continue;
      const name = single ? 'query level' : place === 0 ? `round ${round.round}` : runId;
      const row = rows.get(hash) ?? { name, hash, workflow: round.workflow, isQueryLevel: single, byQuery: new Map() };
      rows.set(hash, row);
      const written = Map.groupBy(round.queryProposals ?? [], ({ queryIndex }) => queryIndex);
      for (const outcome of executed) {
        if (!isScored(outcome)) continue;
        const proposals = (written.get(outcome.queryIndex) ?? []).flatMap(({ tokens }) => tokens ?? []);
        const cost = costOf([...outcome.tokens, ...proposals], prices);
        const text = answer(round.round, round.workflowHash, outcome);
        const trials = row.byQuery.get(outcome.queryIndex) ?? new Map<string, Trial>();
        row.byQuery.set(outcome.queryIndex, trials);
        // The same execution of the same run counts once, however often the log has it.
        trials.set(`${runId}/${outcome.repeat}`, {
          ...{ score: outcome.score, cost },
          ...(text !== undefined && { answer: text }),
          ...(outcome.failure !== undefined && { failed: true as const }),
        });
      }
    }
  }
  return [...rows.values()].filter(({ byQuery }) => byQuery.size > 0);
}

function executedOf({ rounds, finalOutcomes = [] }: RunState, number: number): KeptOutcome[] {
  const round = rounds[number - 1];
  if (round === undefined) return [];
  return [...round.outcomes, ...finalOutcomes.flatMap((final) => (final.round === number ? [final.outcome] : []))];
}

function costOf(uses: readonly TokenUse[], prices: PriceTable | undefined): number {
  return prices === undefined ? totalUse(uses).tokens : (moneyOf(prices, uses)?.amount ?? 0);
}

/**
 * The workflows with at least so many executed queries, for the number that makes the most of both: queries in common, times
 * workflows. The one with the most executed queries is always there.
 */
function largestCommon(
  rows: readonly Row[],
  also: readonly Row[],
  most: number,
): { readonly chosen: readonly Row[]; readonly common: readonly number[] } {
  const sizes = [...new Set(rows.map(({ byQuery }) => byQuery.size))].sort((one, other) => other - one);
  let best: { chosen: readonly Row[]; common: readonly number[]; worth: number } = { chosen: [], common: [], worth: 0 };
  for (const size of sizes) {
    const chosen = rows.filter(({ byQuery }) => byQuery.size >= size);
    const [first, ...others] = [...chosen, ...also];
    const common = [...(first?.byQuery.keys() ?? [])].filter((query) => others.every(({ byQuery }) => byQuery.has(query)));
    const worth = chosen.length < 2 ? 0 : common.length * Math.min(chosen.length, most);
    if (worth > best.worth) best = { chosen, common: common.sort((one, other) => one - other), worth };
  }
  return best;
}
