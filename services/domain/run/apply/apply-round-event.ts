import { defined } from '../../defined.ts';
import type {
  CanaryCompleted,
  ExecutionsCompleted,
  PredictionCompleted,
  QueryWorkflowProposed,
  RoundCompleted,
  RoundStarted,
  SampleDrawn,
  WorkflowProposed,
} from '../event.ts';
import { isPartial } from '../is-partial.ts';
import { recordUse } from '../ledger/record-use.ts';
import type { Phase, TokenUse } from '../ledger/token-use.ts';
import { executionAt, executionPhase } from '../outcomes/executions.ts';
import type { KeptOutcome } from '../outcomes/outcome-columns.ts';
import { OutcomeList } from '../outcomes/outcome-list.ts';
import { canaryFailure, proposalLimit } from '../proposals.ts';
import { awaitedProposals } from '../query-workflows.ts';
import { isQueryLevel } from '../run-kind.ts';
import type { Round, RunState } from '../state.ts';
import { EventRefusedError } from './event-refused-error.ts';

type RoundEvent =
  | WorkflowProposed
  | QueryWorkflowProposed
  | CanaryCompleted
  | SampleDrawn
  | ExecutionsCompleted
  | PredictionCompleted
  | RoundCompleted;

export function startRound(state: RunState, event: RoundStarted): RunState {
  const newest = state.rounds.at(-1);
  refuseUnless(newest?.completed !== false, event, `round ${newest?.round} is not completed`);
  refuseUnless(state.finalOutcomes === undefined, event, 'the final pick has begun');
  refuseUnless(event.round === state.rounds.length + 1, event, `the next round is ${state.rounds.length + 1}`);
  if (event.round === 1) refuseUnless(event.parentRound === 0, event, 'round 1 has no parent');
  else {
    const parent = state.rounds[event.parentRound - 1];
    refuseUnless(parent?.evaluation !== undefined, event, `the parent, round ${event.parentRound}, has no score`);
    const { mergedRound } = event;
    const isParent = mergedRound === undefined || state.rounds[mergedRound - 1]?.evaluation !== undefined;
    refuseUnless(isParent && mergedRound !== event.parentRound, event, `round ${mergedRound} cannot be a second parent`);
  }
  const round: Round = {
    round: event.round,
    parentRound: event.parentRound,
    candidates: event.candidates,
    ...defined({ mergedRound: event.mergedRound }),
    proposals: [],
    workflowHash: '',
    modification: '',
    samples: [],
    outcomes: new OutcomeList(),
    predictions: [],
    completed: false,
  };
  return { ...state, rounds: [...state.rounds, round] };
}

/** Events that belong to the one round that is open, which is always the newest. */
export function applyRoundEvent(state: RunState, event: RoundEvent): RunState {
  const round = state.rounds.at(-1);
  if (round === undefined || round.completed) throw new EventRefusedError(event.kind, `round ${event.round} is not open`);
  refuseUnless(event.round === round.round, event, `the open round is ${round.round}`);
  switch (event.kind) {
    case 'workflow-proposed':
      return withUse(withRound(state, propose(state, round, event)), event.round, 'propose', usesOf(event.tokens));
    case 'query-workflow-proposed':
      return withUse(withRound(state, proposeForQuery(state, round, event)), event.round, 'propose', usesOf(event.tokens));
    case 'canary-completed':
      return withUse(withRound(state, takeCanary(state, round, event)), event.round, 'canary', event.outcome.tokens);
    case 'sample-drawn':
      return withRound(state, drawSample(state, round, event));
    case 'executions-completed': {
      const phase = executionPhase(round, state.configuration);
      const uses = event.outcomes.flatMap((outcome) => outcome.tokens);
      return withUse(withRound(state, addOutcomes(state, round, event)), event.round, phase, uses);
    }
    case 'prediction-completed':
      return withUse(withRound(state, addPrediction(state, round, event)), event.round, 'predict', usesOf(event.tokens));
    case 'round-completed':
      return withRound(state, completeRound(state, round, event));
  }
}

function propose(state: RunState, round: Round, event: WorkflowProposed): Round {
  refuseUnless(round.workflow === undefined, event, `round ${round.round} already has its workflow`);
  const turn = round.proposals.length + (round.round === 1 ? 0 : 1);
  const turns = round.round === 1 ? 0 : proposalLimit(round, state.configuration.search);
  refuseUnless(event.turn === turn && turn <= turns, event, `turn ${event.turn} is not the next one`);
  refuseUnlessTakenOrNot(event);
  const proposals = [...round.proposals, event];
  if (event.workflow === undefined) return { ...round, proposals };
  const { workflow, workflowHash, modification } = event;
  return { ...round, proposals, workflow, workflowHash, modification };
}

function proposeForQuery(state: RunState, round: Round, event: QueryWorkflowProposed): Round {
  refuseUnless(isQueryLevel(state.configuration), event, 'this run looks for one workflow for all queries');
  refuseUnless(
    round.workflow !== undefined && round.samples.length === 0,
    event,
    `round ${round.round} is not waiting for a proposal`,
  );
  const [next] = awaitedProposals(round, state.configuration.benchmark.queryCount);
  const place = `turn ${event.turn} for query ${event.queryIndex}`;
  refuseUnless(next?.queryIndex === event.queryIndex && next.turn === event.turn, event, `${place} is not the next one`);
  refuseUnlessTakenOrNot(event);
  return { ...round, queryProposals: [...(round.queryProposals ?? []), event] };
}

function refuseUnlessTakenOrNot(event: WorkflowProposed | QueryWorkflowProposed): void {
  const taken = event.workflow !== undefined;
  refuseUnless(taken === (event.failure === undefined), event, 'a proposal has either a workflow or a failure');
  refuseUnless(taken === (event.workflowHash !== ''), event, 'a workflow and its hash go together');
}

/** A workflow that failed is taken back: its proposal now says why, and stays for the repair turn and the check of duplicates. */
function takeCanary(state: RunState, round: Round, event: CanaryCompleted): Round {
  const { canary, workflow, ...rest } = round;
  const untouched = canary === undefined && round.samples.length === 0 && round.predictions.length === 0;
  refuseUnless(workflow !== undefined && untouched, event, `round ${round.round} has no workflow waiting for its canary`);
  const taken = round.proposals.at(-1);
  refuseUnless(taken !== undefined && event.turn === taken.turn, event, `turn ${event.turn} was not taken`);
  const { outcome } = event;
  refuseUnless(isQuery(state, outcome.queryIndex) && outcome.repeat === 0, event, `there is no query ${outcome.queryIndex}`);
  refuseUnlessScored(outcome, event);
  // A failed scorer says nothing against the workflow.
  if (outcome.failure === undefined || outcome.failure.kind === 'scorer') return { ...round, canary: outcome };
  const broken = { ...taken, failure: canaryFailure(outcome.failure) };
  return { ...rest, workflowHash: '', modification: '', proposals: [...round.proposals.slice(0, -1), broken] };
}

function drawSample(state: RunState, round: Round, event: SampleDrawn): Round {
  refuseUnless(round.workflow !== undefined, event, `round ${round.round} has no workflow to execute`);
  refuseUnless(event.queryIndexes.length > 0, event, 'it names no queries');
  const drawn = new Set(round.samples.flatMap((sample) => sample.queryIndexes));
  for (const queryIndex of event.queryIndexes) {
    refuseUnless(isQuery(state, queryIndex), event, `there is no query ${queryIndex}`);
    refuseUnless(!drawn.has(queryIndex), event, `query ${queryIndex} was already drawn in round ${round.round}`);
    drawn.add(queryIndex);
  }
  const { canary } = round;
  const samples = [...round.samples, event];
  if (canary === undefined || !event.queryIndexes.includes(canary.queryIndex)) return { ...round, samples };
  const next = executionAt(round, state.configuration, round.outcomes.length);
  refuseUnless(next === undefined, event, `query ${next?.queryIndex} was asked for and has no outcome`);
  return { ...round, samples, outcomes: OutcomeList.of(round.outcomes).with([canary]) };
}

function addOutcomes(state: RunState, round: Round, event: ExecutionsCompleted): Round {
  refuseUnless(event.outcomes.length > 0, event, 'it has no outcomes');
  for (const [offset, outcome] of event.outcomes.entries()) {
    const asked = executionAt(round, state.configuration, round.outcomes.length + offset);
    const place = `query ${outcome.queryIndex}, repeat ${outcome.repeat}`;
    refuseUnless(
      asked?.queryIndex === outcome.queryIndex && asked.repeat === outcome.repeat,
      event,
      asked === undefined ? `${place} was not asked for` : `${place} is not the next execution that was asked for`,
    );
    refuseUnlessScored(outcome, event);
  }
  return { ...round, outcomes: OutcomeList.of(round.outcomes).with(event.outcomes) };
}

function addPrediction(state: RunState, round: Round, event: PredictionCompleted): Round {
  refuseUnless(round.workflow !== undefined, event, `round ${round.round} has no workflow to predict for`);
  const turn = round.predictions.length + 1;
  const turns = state.configuration.evaluation.predictionAttempts;
  refuseUnless(event.turn === turn && turn <= turns, event, `turn ${event.turn} is not the next one`);
  refuseUnless(round.predictions.at(-1)?.score === undefined, event, `round ${round.round} already has its prediction`);
  refuseUnless((event.score === undefined) === (event.failure !== undefined), event, 'it has either a score or a failure');
  refuseUnless(event.score === undefined || isScore(event.score), event, `the score ${event.score} is not in [0, 1]`);
  return { ...round, predictions: [...round.predictions, event] };
}

function completeRound(state: RunState, round: Round, event: RoundCompleted): Round {
  const { evaluation, failure } = event;
  refuseUnless((evaluation === undefined) === (failure !== undefined), event, 'it has either an evaluation or a failure');
  if (evaluation === undefined) return { ...round, completed: true, ...defined({ failure }) };
  refuseUnless(round.workflow !== undefined, event, `round ${round.round} has no workflow that could have a score`);
  const next = executionAt(round, state.configuration, round.outcomes.length);
  const whole = next === undefined || isPartial({ evaluation });
  refuseUnless(whole, event, `query ${next?.queryIndex} was asked for and has no outcome`);
  refuseUnless(isScore(evaluation.score), event, `the score ${evaluation.score} is not in [0, 1]`);
  return { ...round, completed: true, evaluation };
}

function refuseUnlessScored({ queryIndex, repeat, score, failure }: KeptOutcome, event: RoundEvent): void {
  const place = `query ${queryIndex}, repeat ${repeat}`;
  refuseUnless(isScore(score), event, `${place} has the score ${score}, which is not in [0, 1]`);
  refuseUnless(failure === undefined || score === 0, event, `${place} failed and has a score above 0`);
}

function isQuery({ configuration }: RunState, queryIndex: number): boolean {
  return Number.isInteger(queryIndex) && queryIndex >= 0 && queryIndex < configuration.benchmark.queryCount;
}

function withRound(state: RunState, round: Round): RunState {
  return { ...state, rounds: [...state.rounds.slice(0, -1), round] };
}

function withUse(state: RunState, round: number, phase: Phase, uses: readonly TokenUse[]): RunState {
  return { ...state, ledger: recordUse(state.ledger, phase, round, uses) };
}

function usesOf(tokens: TokenUse | undefined): readonly TokenUse[] {
  return tokens === undefined ? [] : [tokens];
}

function isScore(value: number): boolean {
  return value >= 0 && value <= 1;
}

function refuseUnless(holds: boolean, event: RoundEvent | RoundStarted, otherwise: string): asserts holds {
  if (!holds) throw new EventRefusedError(event.kind, otherwise);
}
