import { defined } from '../../domain/defined.ts';
import {
  type Evaluation,
  type ExecutionOutcome,
  type RunEvent,
  stopReasons,
  type WorkflowProposed,
} from '../../domain/run/event.ts';
import { addDoubts } from '../../domain/run/ledger/call-doubts.ts';
import type { TokenUse } from '../../domain/run/ledger/token-use.ts';
import { configurationFromProto, configurationToProto } from './configuration-codec.ts';
import { ContractError } from './contract-error.ts';
import {
  Event,
  type Evaluation as ProtoEvaluation,
  type ExecutionOutcome as ProtoOutcome,
  type WorkflowProposed as ProtoProposed,
  type TokenUse as ProtoTokenUse,
} from './generated/scale/v1/event.ts';
import { limitFromProto, limitToProto } from './limit-codec.ts';
import { memoryRowToProto } from './memory-codec.ts';
import { oneOf, present, readVersionedMessage, schemaVersion, sortedRecord } from './read-message.ts';
import { failureFromProto, failureToProto, usageFromProto, usageToProto } from './result-codec.ts';
import { workflowFromProto, workflowToProto } from './workflow-codec.ts';

const contract = 'Event';

type Body = NonNullable<Event['body']>;

export interface DecodedEvent {
  readonly runId: string;
  readonly event: RunEvent;
}

/** One entry of a run's log. Equal events give equal bytes. */
export function encodeEvent(runId: string, event: RunEvent): Uint8Array {
  return Event.encode(eventToProto(runId, event)).finish();
}

/** @throws ContractError */
export function decodeEvent(bytes: Uint8Array): DecodedEvent {
  return eventFromProto(decodeProtoEvent(bytes));
}

/** For who passes it on. @throws ContractError */
export function decodeProtoEvent(bytes: Uint8Array): Event {
  return readVersionedMessage(contract, Event, bytes);
}

function eventToProto(runId: string, event: RunEvent): Event {
  return { schemaVersion, runId, body: bodyToProto(event) };
}

/** @throws ContractError */
export function eventFromProto(event: Event): DecodedEvent {
  return { runId: event.runId, event: bodyFromProto(present(contract, 'body', event.body)) };
}

function bodyToProto(event: RunEvent): Body {
  switch (event.kind) {
    case 'run-started':
      return { $case: 'runStarted', value: { configuration: configurationToProto(event.configuration) } };
    case 'memory-recalled':
      return { $case: 'memoryRecalled', value: { rows: event.rows.map(memoryRowToProto) } };
    case 'tokens-reserved':
      return { $case: 'tokensReserved', value: { jobs: event.jobs, tokens: event.tokens } };
    case 'spending-noted':
      return { $case: 'spendingNoted', value: { tokens: event.tokens, ...defined({ savedTokens: event.savedTokens }) } };
    case 'limit-reached': {
      const { kind: _, ...reached } = event;
      return { $case: 'limitReached', value: limitToProto(reached) };
    }
    case 'limits-raised':
      return { $case: 'limitsRaised', value: {} };
    case 'round-started': {
      const candidates = event.candidates.map((candidate) => ({ ...candidate }));
      const { round, parentRound, mergedRound } = event;
      return { $case: 'roundStarted', value: { round, parentRound, candidates, mergedRound } };
    }
    case 'workflow-proposed':
      return { $case: 'workflowProposed', value: proposalToProto(event) };
    case 'query-workflow-proposed':
      return { $case: 'queryWorkflowProposed', value: proposalToProto(event) };
    case 'canary-completed': {
      const { round, turn, outcome } = event;
      return { $case: 'canaryCompleted', value: { round, attempt: turn, outcome: outcomeToProto(outcome) } };
    }
    case 'sample-drawn': {
      const strata = event.strata.map((stratum) => ({ ...stratum }));
      return { $case: 'sampleDrawn', value: { round: event.round, queryIndexes: [...event.queryIndexes], strata } };
    }
    case 'executions-completed':
      return { $case: 'executionsCompleted', value: { round: event.round, outcomes: event.outcomes.map(outcomeToProto) } };
    case 'prediction-completed': {
      const { kind: _, turn: attempt, score, failure, tokens, ...rest } = event;
      return {
        $case: 'predictionCompleted',
        value: { ...rest, attempt, score, failure: failure && failureToProto(failure), tokens: tokens && tokensToProto(tokens) },
      };
    }
    case 'round-completed': {
      const { round, evaluation, failure } = event;
      return {
        $case: 'roundCompleted',
        value: { round, evaluation: evaluation && evaluationToProto(evaluation), failure: failure && failureToProto(failure) },
      };
    }
    case 'final-executions-completed': {
      const { round, outcomes } = event;
      return { $case: 'finalExecutionsCompleted', value: { round, outcomes: outcomes.map(outcomeToProto) } };
    }
    case 'run-completed':
      return { $case: 'runCompleted', value: { bestRound: event.bestRound, reason: event.reason } };
    case 'run-cancelled':
      return { $case: 'runCancelled', value: { reason: event.reason } };
    case 'run-failed':
      return { $case: 'runFailed', value: { failure: failureToProto(event.failure) } };
    case 'run-paused':
      return { $case: 'runPaused', value: {} };
    case 'run-resumed':
      return { $case: 'runResumed', value: {} };
  }
}

function bodyFromProto(body: Body): RunEvent {
  switch (body.$case) {
    case 'runStarted': {
      const configuration = present(contract, 'run_started.configuration', body.value.configuration);
      return { kind: 'run-started', configuration: configurationFromProto(configuration) };
    }
    case 'memoryRecalled':
      return { kind: 'memory-recalled', rows: body.value.rows };
    case 'tokensReserved':
      return { kind: 'tokens-reserved', ...body.value };
    case 'spendingNoted':
      return { kind: 'spending-noted', tokens: body.value.tokens, ...defined({ savedTokens: body.value.savedTokens }) };
    case 'limitReached':
      return { kind: 'limit-reached', ...limitFromProto(body.value) };
    case 'limitsRaised':
      return { kind: 'limits-raised' };
    case 'roundStarted': {
      const { mergedRound, ...started } = body.value;
      return { kind: 'round-started', ...started, ...defined({ mergedRound }) };
    }
    case 'workflowProposed':
      return { kind: 'workflow-proposed', ...proposalFromProto(body.value) };
    case 'queryWorkflowProposed':
      return { kind: 'query-workflow-proposed', ...proposalFromProto(body.value) };
    case 'canaryCompleted': {
      const { round, attempt: turn, outcome } = body.value;
      const executed = outcomeFromProto(present(contract, 'canary_completed.outcome', outcome));
      return { kind: 'canary-completed', round, turn, outcome: executed };
    }
    case 'sampleDrawn':
      return { kind: 'sample-drawn', ...body.value };
    case 'executionsCompleted':
      return { kind: 'executions-completed', round: body.value.round, outcomes: body.value.outcomes.map(outcomeFromProto) };
    case 'predictionCompleted': {
      const { attempt: turn, score, failure, tokens, ...rest } = body.value;
      return {
        kind: 'prediction-completed',
        ...rest,
        turn,
        ...defined({ score }),
        ...(failure && { failure: failureFromProto(failure) }),
        ...(tokens && { tokens: tokensFromProto(tokens) }),
      };
    }
    case 'roundCompleted': {
      const { round, evaluation, failure } = body.value;
      return {
        kind: 'round-completed',
        round,
        ...(evaluation && { evaluation: evaluationFromProto(evaluation) }),
        ...(failure && { failure: failureFromProto(failure) }),
      };
    }
    case 'finalExecutionsCompleted': {
      const { round, outcomes } = body.value;
      return { kind: 'final-executions-completed', round, outcomes: outcomes.map(outcomeFromProto) };
    }
    case 'runCompleted': {
      const { bestRound, reason } = body.value;
      return { kind: 'run-completed', bestRound, reason: oneOf(contract, 'run_completed.reason', stopReasons, reason) };
    }
    case 'runCancelled':
      return { kind: 'run-cancelled', reason: body.value.reason };
    case 'runFailed':
      return { kind: 'run-failed', failure: failureFromProto(present(contract, 'run_failed.failure', body.value.failure)) };
    case 'runPaused':
      return { kind: 'run-paused' };
    case 'runResumed':
      return { kind: 'run-resumed' };
    default:
      return unknownBody(body);
  }
}

function unknownBody(body: never): never {
  throw new ContractError(contract, `its kind "${(body as Body).$case}" is not known to this program`);
}

function proposalToProto<Proposal extends Omit<WorkflowProposed, 'kind'> & { readonly kind: string }>(proposal: Proposal) {
  const { kind: _, turn: attempt, workflow, failure, tokens, ...rest } = proposal;
  return {
    ...rest,
    attempt,
    workflow: workflow && workflowToProto(workflow),
    failure: failure && failureToProto(failure),
    tokens: tokens && tokensToProto(tokens),
  };
}

function proposalFromProto<Proposal extends Pick<ProtoProposed, 'attempt' | 'workflow' | 'failure' | 'tokens'>>(
  proposal: Proposal,
) {
  const { attempt: turn, workflow, failure, tokens, ...rest } = proposal;
  return {
    ...rest,
    turn,
    ...(workflow && { workflow: workflowFromProto(workflow) }),
    ...(failure && { failure: failureFromProto(failure) }),
    ...(tokens && { tokens: tokensFromProto(tokens) }),
  };
}

function outcomeToProto(outcome: ExecutionOutcome): ProtoOutcome {
  const { failure, otherScores = {}, tokens, feedback, ...rest } = outcome;
  return {
    ...rest,
    ...defined({ feedback }),
    failure: failure && failureToProto(failure),
    otherScores: sortedRecord(otherScores),
    tokens: tokens.map(tokensToProto),
  };
}

function outcomeFromProto(outcome: ProtoOutcome): ExecutionOutcome {
  const { failure, otherScores, tokens, feedback, ...rest } = outcome;
  return {
    ...rest,
    ...defined({ feedback }),
    ...(failure && { failure: failureFromProto(failure) }),
    ...(Object.keys(otherScores).length > 0 && { otherScores }),
    tokens: tokens.map(tokensFromProto),
  };
}

function evaluationToProto(evaluation: Evaluation): ProtoEvaluation {
  return { ...evaluation };
}

/** Protobuf gives an absent optional as undefined; the domain leaves it out. */
function evaluationFromProto(evaluation: ProtoEvaluation): Evaluation {
  const { standardError, predicted, fewShot, alpha, epsilon, ...rest } = evaluation;
  return {
    ...rest,
    ...defined({ standardError, predicted, fewShot, alpha, epsilon }),
  };
}

function tokensToProto(tokens: TokenUse): ProtoTokenUse {
  const { usage, estimatedCalls = 0, cutPrompts = 0, servedAs = [], ...rest } = tokens;
  return { ...rest, usage: usageToProto(usage), estimatedCalls, cutPrompts, servedAs: [...servedAs] };
}

function tokensFromProto(tokens: ProtoTokenUse): TokenUse {
  const { usage, estimatedCalls, cutPrompts, servedAs, ...rest } = tokens;
  return { ...rest, usage: usageFromProto(usage), ...addDoubts([{ estimatedCalls, cutPrompts, servedAs }]) };
}
