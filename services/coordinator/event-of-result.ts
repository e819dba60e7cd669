import type { Benchmark } from '../domain/benchmark.ts';
import { parsePrediction } from '../domain/prompts/parse-prediction.ts';
import { parseProposal } from '../domain/prompts/parse-proposal.ts';
import { shortened } from '../domain/prompts/shortened.ts';
import type { ExecuteCommand, ProposeCommand } from '../domain/run/command.ts';
import type { RunConfiguration } from '../domain/run/configuration.ts';
import type {
  ExecutionOutcome,
  PredictionCompleted,
  QueryWorkflowProposed,
  RunEvent,
  WorkflowProposed,
} from '../domain/run/event.ts';
import type { TokenUse } from '../domain/run/ledger/token-use.ts';
import { totalUse } from '../domain/run/ledger/totals.ts';
import type { RunState } from '../domain/run/state.ts';
import { admitProposal, type ParsedProposal } from '../domain/search/admit-proposal.ts';
import { queryProposalOf } from '../domain/search/query-level/query-proposal-of.ts';
import { viewOfWorkflows } from '../domain/search/view-of.ts';
import type { ModelCall, Result } from '../shared/contracts/generated/scale/v1/result.ts';
import { failureFromProto, usageFromProto } from '../shared/contracts/result-codec.ts';

/** Characters of an answer that the log keeps; prompts show these, and the whole answer stays in the result. */
export const answerExcerptLength = 400;

/** Characters of what a scorer says that the log keeps. */
export const feedbackExcerptLength = 600;

/**
 * What the log keeps of what a scorer says: nothing of a right answer, and nothing where the run's optimizer is not told or
 * not asked again.
 */
export function feedbackInLog(
  { search }: Pick<RunConfiguration, 'search'>,
  { purpose }: Pick<ExecuteCommand, 'purpose'>,
  { score, feedback }: { readonly score: number; readonly feedback?: string | undefined },
): Pick<ExecutionOutcome, 'feedback'> {
  if (search.feedbackTokens === undefined || purpose === 'final' || score >= 1 || feedback === undefined) return {};
  return { feedback: shortened(feedback, feedbackExcerptLength) };
}

/** What the log keeps of an execution, but for what the scorer says. */
export function executionOutcomeOf(result: Result, queryIndex: number, repeat: number): ExecutionOutcome {
  const tokens = tokenUseOf(result);
  if (result.outcome?.$case === 'execution') {
    const { answer, score, otherScores, failure } = result.outcome.value;
    return {
      queryIndex,
      repeat,
      score,
      answer: excerpt(answer),
      ...(failure ? { failure: failureFromProto(failure) } : {}),
      ...(Object.keys(otherScores).length > 0 ? { otherScores } : {}),
      tokens,
    };
  }
  return { queryIndex, repeat, score: 0, answer: '', failure: jobFailureOf(result), tokens };
}

/** What a batch of outcomes of an execute command means to the run. */
export function executedEvent(
  { round, purpose }: ExecuteCommand,
  outcomes: readonly ExecutionOutcome[],
  state: RunState,
): RunEvent {
  if (purpose === 'final') return { kind: 'final-executions-completed', round, outcomes };
  if (purpose === undefined) return { kind: 'executions-completed', round, outcomes };
  const turn = state.rounds[round - 1]?.proposals.at(-1)?.turn ?? 0;
  const [outcome] = outcomes;
  if (outcome === undefined || outcomes.length > 1) throw new Error(`the canary of round ${round} is one execution`);
  return { kind: 'canary-completed', round, turn, outcome };
}

/** The optimizer's reply to a proposal prompt, parsed, checked, and taken or refused. */
export function workflowProposedOf(
  result: Result,
  state: RunState,
  benchmark: Benchmark,
  { round, turn, queryIndex }: ProposeCommand,
): WorkflowProposed | QueryWorkflowProposed {
  const read = { ...readProposal(result, state, benchmark), tokens: tokenUseOf(result)[0] };
  return queryIndex === undefined
    ? admitProposal({ state: viewOfWorkflows(state, round), round, turn, ...read })
    : queryProposalOf({ round, turn, queryIndex, ...read });
}

/** Whether a reply is refused by itself, whatever other rounds have. */
export function isRefusedAnyway(result: Result, state: RunState, benchmark: Benchmark): boolean {
  return 'failure' in readProposal(result, state, benchmark).parsed;
}

function readProposal(result: Result, state: RunState, benchmark: Benchmark): { parsed: ParsedProposal; reply: string } {
  if (result.outcome?.$case !== 'completion' || result.outcome.value.failure) {
    return { parsed: { failure: jobFailureOf(result) }, reply: '' };
  }
  const { text, finishReason } = result.outcome.value;
  const parsed = parseProposal({
    reply: text,
    cutOff: finishReason === 'length',
    benchmark,
    maxCalls: state.configuration.search.maxCallsPerQuery,
  });
  return { parsed, reply: text };
}

export function predictionCompletedOf(result: Result, round: number, turn: number): PredictionCompleted {
  const tokens = tokenUseOf(result)[0];
  const base = { kind: 'prediction-completed', round, turn, ...(tokens ? { tokens } : {}) } as const;
  if (result.outcome?.$case !== 'completion' || result.outcome.value.failure) {
    return { ...base, reason: '', failure: jobFailureOf(result) };
  }
  const { text, finishReason } = result.outcome.value;
  return { ...base, ...parsePrediction(text, finishReason === 'length') };
}

function jobFailureOf(result: Result): NonNullable<ExecutionOutcome['failure']> {
  if (result.outcome?.$case === 'failure') return failureFromProto(result.outcome.value);
  if (result.outcome?.$case === 'completion' && result.outcome.value.failure)
    return failureFromProto(result.outcome.value.failure);
  throw new Error(`result of ${result.jobId} has an outcome of the wrong kind: ${result.outcome?.$case ?? 'none'}`);
}

/** Sums by model, in the order of the models' names: calls of parallel branches finish in any order. */
function tokenUseOf(result: Result): TokenUse[] {
  return [...Map.groupBy(result.calls.map(useOf), ({ model }) => model)]
    .map(([model, uses]) => {
      const { tokens: _, ...total } = totalUse(uses);
      return { model, ...total };
    })
    .sort((a, b) => (a.model < b.model ? -1 : 1));
}

function useOf({ model, usage, simulated, usageEstimated, promptCut, servedModel }: ModelCall): TokenUse {
  return {
    model,
    calls: 1,
    simulated,
    usage: usageFromProto(usage),
    ...(usageEstimated && { estimatedCalls: 1 }),
    ...(promptCut && { cutPrompts: 1 }),
    ...(servedModel !== '' && servedModel !== model && { servedAs: [servedModel] }),
  };
}

/** Beginning and end: the answer's conclusion is at its end. */
export function excerpt(answer: string): string {
  if (answer.length <= answerExcerptLength) return answer;
  const head = Math.floor(answerExcerptLength / 4);
  return `${answer.slice(0, head)} … ${answer.slice(answer.length - (answerExcerptLength - head - 3))}`;
}
