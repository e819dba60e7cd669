import type { Benchmark } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import { bestOf } from '../../domain/report/run-progress.ts';
import { tokensAnAnswer, tokensOfOutcome } from '../../domain/run/ledger/mean-cost.ts';
import { executedOutcomes } from '../../domain/run/outcomes/executed-outcomes.ts';
import type { Outcomes } from '../../domain/run/outcomes/outcome-list.ts';
import type { Round, RunState } from '../../domain/run/state.ts';
import { shownScore } from '../../domain/search/static-score.ts';
import { workflowFileText } from '../../shared/benchmarks/workflow-file-text.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { formatCount, formatScore, oneLine } from '../../shared/document/format.ts';
import { CliError } from '../cli-error.ts';
import { diffWorkflows } from './diff-workflows.ts';
import { plainText } from './plain-text.ts';

/** A round as --json shows it. */
export interface RoundShown {
  readonly round: number;
  /** Absent for the first. */
  readonly parentRound?: number;
  /** The second parent of a merge. */
  readonly mergedRound?: number;
  readonly isBest: boolean;
  readonly score?: number;
  readonly method?: string;
  /** Queries that its workflow was executed on, the final pick included. */
  readonly queries: number;
  /** Those of them that were executed for its score. */
  readonly scoredQueries: number;
  /** Mean over what was executed for its score, as everywhere; absent without any. */
  readonly tokensAnAnswer?: number;
  readonly modification: string;
  readonly workflowHash: string;
  readonly failure?: string;
}

export function roundsShown(state: RunState): RoundShown[] {
  const best = bestOf(state)?.round;
  return state.rounds.map((round) => {
    const countQueries = (outcomes: Outcomes): number => new Set(outcomes.map(({ queryIndex }) => queryIndex)).size;
    const shown = shownScore(round, state.configuration.search);
    return {
      round: round.round,
      ...(round.parentRound > 0 && { parentRound: round.parentRound }),
      ...defined({ mergedRound: round.mergedRound }),
      isBest: round.round === best,
      ...(shown && { score: shown.score, method: shown.method }),
      ...{ queries: countQueries(executedOutcomes(state, round)), scoredQueries: countQueries(round.outcomes) },
      ...defined({ tokensAnAnswer: tokensAnAnswer(round) }),
      ...{ modification: round.modification, workflowHash: round.workflowHash },
      ...defined({ failure: round.failure?.message }),
    };
  });
}

export function describeRounds(rounds: readonly RoundShown[]): string {
  const rows = rounds.map((round) => [
    `${round.round}${round.isBest ? '*' : ''}`,
    [round.parentRound ?? '-', ...(round.mergedRound === undefined ? [] : [round.mergedRound])].join(' + '),
    round.score === undefined ? '-' : formatScore(round.score),
    round.method ?? (round.failure === undefined ? '-' : 'failed'),
    // What the final pick has executed beyond the score's queries is told apart: the score does not know it.
    round.queries > round.scoredQueries
      ? `${round.scoredQueries} + ${round.queries - round.scoredQueries}`
      : String(round.queries),
    round.tokensAnAnswer === undefined ? '-' : formatCount(round.tokensAnAnswer),
    oneLine(round.failure ?? (round.modification || 'the initial workflow'), 70),
  ]);
  return alignColumns(
    [['round', 'from', 'score', 'by', 'queries', 'tokens an answer', 'edit'], ...rows],
    (column) => column !== 3 && column !== 6,
  );
}

/** One execution of a round's workflow, as a row. */
export interface ExecutionRow {
  readonly queryId: string;
  readonly repeat: number;
  readonly score: number;
  readonly tokens: number;
  readonly failure?: string;
}

/** The worst first; among equals in the benchmark's order. */
export function executionRows(state: RunState, round: Round, { queries }: Pick<Benchmark, 'queries'>): ExecutionRow[] {
  return executedOutcomes(state, round)
    .map((outcome) => ({
      ...{ queryId: queries[outcome.queryIndex]?.id ?? String(outcome.queryIndex), repeat: outcome.repeat },
      ...{ score: outcome.score, tokens: tokensOfOutcome(outcome), queryIndex: outcome.queryIndex },
      ...defined({ failure: outcome.failure?.kind }),
    }))
    .sort((one, other) => one.score - other.score || one.queryIndex - other.queryIndex || one.repeat - other.repeat)
    .map(({ queryIndex: _queryIndex, ...row }) => row);
}

/** @throws CliError if the run has no such round */
export function roundOf(state: RunState, runId: string, wanted: number | undefined): Round {
  const number = wanted ?? bestOf(state)?.round;
  const round = state.rounds.find((each) => each.round === number);
  if (round !== undefined) return round;
  const lacking = wanted === undefined ? 'no workflow with a score yet' : `no round ${wanted}: it has ${state.rounds.length}`;
  throw new CliError('bad-input', `run ${runId} has ${lacking}`);
}

/** What was changed, how it did, on what, and the workflow itself. @param shown how many executions */
export function describeRound(state: RunState, round: Round, rows: readonly ExecutionRow[], shown: number): string {
  const [about] = roundsShown(state).filter((each) => each.round === round.round);
  const parent = state.rounds.find((each) => each.round === round.parentRound);
  const difference =
    parent?.workflow === undefined || round.workflow === undefined ? '' : diffWorkflows(parent.workflow, round.workflow);
  const table = rows
    .slice(0, shown)
    .map((row) => [
      oneLine(row.queryId, 40),
      String(row.repeat),
      formatScore(row.score),
      formatCount(row.tokens),
      row.failure ?? '',
    ]);
  return [
    describeRounds(about === undefined ? [] : [about]),
    ...(round.modification === '' ? [] : [`Edit\n  ${oneLine(round.modification, 2_000)}`]),
    ...(round.failure === undefined ? [] : [`Failed\n  ${oneLine(round.failure.message, 2_000)}`]),
    ...(difference === '' ? [] : [`Against round ${round.parentRound}\n${difference}`]),
    ...(round.workflow === undefined ? [] : [`Workflow\n${plainText(workflowFileText(round.workflow)).trimEnd()}`]),
    ...(table.length === 0
      ? []
      : [
          `Executions, the worst first (${table.length} of ${rows.length})\n${alignColumns([['query', 'repeat', 'score', 'tokens', 'failure'], ...table])}`,
        ]),
  ].join('\n\n');
}
