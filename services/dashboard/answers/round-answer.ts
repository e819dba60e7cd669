import { detailKey } from '../../domain/comparison/execution-record.ts';
import { defined } from '../../domain/defined.ts';
import { reportRounds } from '../../domain/report/report-rounds.ts';
import { bestOf } from '../../domain/report/run-progress.ts';
import { tokensOfOutcome } from '../../domain/run/ledger/mean-cost.ts';
import type { KeptOutcome } from '../../domain/run/outcomes/outcome-columns.ts';
import type { Round, RunState } from '../../domain/run/state.ts';
import { experienceOf } from '../../domain/search/experience.ts';
import { viewOf } from '../../domain/search/view-of.ts';
import { workflowFileText } from '../../shared/benchmarks/workflow-file-text.ts';
import { notFound } from '../answer-error.ts';
import type { ExecutionRow, ExecutionRowsAnswer } from '../api/execution-answers.ts';
import type { RoundAnswer } from '../api/round-answer.ts';
import { type FoldedRun, stateOf } from '../runs/folded-run.ts';
import { differenceLines } from './difference-lines.ts';
import { workflowShown } from './workflow-shown.ts';

const linesAround = 3;

/** @throws AnswerError if the run has no such round */
export function roundIn(run: FoldedRun, number: number): { readonly state: RunState; readonly round: Round } {
  const state = stateOf(run);
  const round = state?.rounds[number - 1];
  if (state !== undefined && round !== undefined) return { state, round };
  const has = state === undefined || state.rounds.length === 0 ? 'no round yet' : `rounds 1 to ${state.rounds.length}`;
  throw notFound(`run ${run.runId} has no round ${number}: it has ${has}`);
}

export function roundAnswer(run: FoldedRun, number: number): RoundAnswer {
  const { state, round } = roundIn(run, number);
  const reported = reportedRounds(run, state)[number - 1];
  if (reported === undefined) throw notFound(`run ${run.runId} has no round ${number}`);
  const parent = state.rounds[round.parentRound - 1];
  const { workflow, workflowHash } = round;
  const difference =
    parent?.workflow && workflow && differenceLines(workflowFileText(parent.workflow), workflowFileText(workflow), linesAround);
  return {
    ...{ runId: run.runId, revision: run.revision, isBest: bestOf(state)?.round === number, round: reported },
    ...(number > 1 && { previous: number - 1 }),
    ...(number < state.rounds.length && { next: number + 1 }),
    candidates: round.candidates,
    experience: experienceShown(state, round),
    predictions: round.predictions.map(({ turn, score, reason, failure }) => ({
      ...{ turn, reason },
      ...defined({ score, failure: failure?.message }),
    })),
    proposals: round.proposals
      .filter(({ turn }) => turn > 0)
      .map(({ turn, modification, reply, failure }) => ({
        turn,
        modification,
        reply,
        ...defined({ refused: failure?.message }),
      })),
    children: state.rounds.filter(({ parentRound }) => parentRound === number).map((child) => child.round),
    executions: outcomesOf(state, round).length,
    ...defined({ workflow: workflow && workflowShown(workflow, workflowHash), difference, evaluation: round.evaluation }),
  };
}

const known = new WeakMap<RunState, ReturnType<typeof reportRounds>>();

/** Kept by the state, which never changes: whoever reads one round reads the next, and all of them are made at once. */
function reportedRounds({ benchmark, record }: FoldedRun, state: RunState): ReturnType<typeof reportRounds> {
  const before = known.get(state);
  if (before !== undefined) return before;
  const rounds = reportRounds(state, benchmark.otherScorers, { prices: record.prices(), latencies: record.latencies() });
  known.set(state, rounds);
  return rounds;
}

function experienceShown(state: RunState, { round, parentRound }: Round): RoundAnswer['experience'] {
  if (parentRound === 0) return [];
  const { worked, failed } = experienceOf(viewOf(state, round), parentRound);
  return [...worked, ...failed]
    .filter((edit) => edit.round < round)
    .sort((one, other) => one.round - other.round)
    .map(({ round: of, modification, before, after }) => ({ round: of, modification, score: after, parentScore: before }));
}

/** Its executions, those of the final pick among them. */
export function outcomesOf({ finalOutcomes = [] }: RunState, { round, outcomes }: Round): KeptOutcome[] {
  return [...outcomes, ...finalOutcomes.filter((each) => each.round === round).map(({ outcome }) => outcome)];
}

const answerLength = 160;

/** The worst first; among equals in the benchmark's order. */
export function executionRowsAnswer(
  run: FoldedRun,
  number: number,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): ExecutionRowsAnswer {
  const { state, round } = roundIn(run, number);
  const outcomes = outcomesOf(state, round).sort(
    (one, other) => one.score - other.score || one.queryIndex - other.queryIndex || one.repeat - other.repeat,
  );
  const texts = textsOf(run, number);
  const rows = outcomes.slice(offset, offset + limit).map((outcome): ExecutionRow => {
    const { queryIndex, repeat, score, failure } = outcome;
    const { answer = '', feedback } = texts.get(detailKey(outcome)) ?? {};
    return {
      ...{ queryIndex, repeat, score, tokens: tokensOfOutcome(outcome), answer: shortened(answer) },
      queryId: run.benchmark.queries[queryIndex]?.id ?? String(queryIndex),
      ...defined({ feedback, failure: failure && { kind: failure.kind, message: failure.message } }),
    };
  });
  return { runId: run.runId, round: number, total: outcomes.length, offset, rows };
}

/** What the log has of a round's answers: a state keeps no texts. */
function textsOf({ record }: FoldedRun, number: number) {
  const texts = new Map<string, { readonly answer: string; readonly feedback?: string }>();
  for (const { event } of record.events) {
    if (event.kind === 'canary-completed' && event.round === number) texts.set(detailKey(event.outcome), event.outcome);
    if (event.kind !== 'executions-completed' && event.kind !== 'final-executions-completed') continue;
    if (event.round !== number) continue;
    for (const outcome of event.outcomes) texts.set(detailKey(outcome), outcome);
  }
  return texts;
}

function shortened(text: string): string {
  const line = text
    .slice(0, 4 * answerLength)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length <= answerLength ? line : `${line.slice(0, answerLength - 1)}…`;
}
