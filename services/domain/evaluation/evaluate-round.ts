import { isScored } from '../failure-class.ts';
import type { Command } from '../run/command.ts';
import { fullyExecutedRounds } from '../run/earlier-rounds.ts';
import type { RunEvent } from '../run/event.ts';
import { outstandingExecutions } from '../run/outcomes/executions.ts';
import { isSearch } from '../run/run-kind.ts';
import type { Round, RunState } from '../run/state.ts';
import type { EvaluationMethod } from './evaluation-method.ts';
import { evidenceOf, predictionOf } from './evidence.ts';
import { isWarmUpRound } from './is-warm-up-round.ts';
import type { EvaluationMethods } from './registry.ts';
import { warmUpFor } from './warm-up.ts';

/**
 * What the open round needs before its workflow has a score, or the score. Executions and a prediction that do not depend on each
 * other are returned together, executions first.
 */
export function evaluateRound(state: RunState, round: Round, methods: EvaluationMethods): readonly Command[] {
  const method = methodOf(state, round, methods);
  const executions = outstandingExecutions(round, state.configuration);
  const predict: Command = { kind: 'predict', round: round.round, turn: round.predictions.length + 1 };
  if (executions.length > 0) {
    const execute: Command = { kind: 'execute', round: round.round, workflowHash: round.workflowHash, executions };
    return asksForPrediction(state, round, method) ? [execute, predict] : [execute];
  }
  const lost = withoutResult(state, round);
  if (lost !== undefined) return [{ kind: 'append', event: lost }];
  const step = method.next(evidenceOf(state, round));
  switch (step.kind) {
    case 'predict':
      return [predict];
    case 'sample': {
      const { queryIndexes, strata } = step;
      return [{ kind: 'append', event: { kind: 'sample-drawn', round: round.round, queryIndexes, strata } }];
    }
    case 'score':
      return [{ kind: 'append', event: { kind: 'round-completed', round: round.round, evaluation: step.evaluation } }];
  }
}

/** What ends a round whose executions all say nothing about its workflow. Without a first round there is no search. */
function withoutResult({ configuration }: RunState, { round, outcomes }: Round): RunEvent | undefined {
  if (outcomes.length === 0 || outcomes.some(isScored)) return undefined;
  const message = `not one of ${outcomes.length} executions has a result; the first: ${outcomes.at(0)?.failure?.message ?? ''}`;
  const failure = { kind: 'no-result', message } as const;
  const isSearchGoingOn = isSearch(configuration) && round > 1;
  return isSearchGoingOn ? { kind: 'round-completed', round, failure } : { kind: 'run-failed', failure };
}

function methodOf(state: RunState, { round }: Round, methods: EvaluationMethods): EvaluationMethod {
  const { method: name, forecasts } = state.configuration.evaluation;
  const method = methods.named(name);
  // Full evaluation together with a prediction: that is the warm-up of a method that uses predictions.
  if (forecasts === true) return warmUpFor({ ...method, usesPrediction: true });
  const full = new Set(fullyExecutedRounds(state).map((earlier) => earlier.round));
  return isWarmUpRound(state.configuration, full, round) ? warmUpFor(method) : method;
}

function asksForPrediction(state: RunState, round: Round, method: EvaluationMethod): boolean {
  if (predictionOf(round, state.configuration.evaluation.predictionAttempts) !== 'pending') return false;
  return method.usesPrediction && method.next(evidenceOf(state, round)).kind === 'predict';
}
