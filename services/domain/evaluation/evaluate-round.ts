import type { Command } from '../run/command.ts';
import { fullyExecutedRounds } from '../run/earlier-rounds.ts';
import { outstandingExecutions } from '../run/executions.ts';
import type { Round, RunState } from '../run/state.ts';
import type { EvaluationMethod } from './evaluation-method.ts';
import { evidenceOf, predictionOf } from './evidence.ts';
import type { EvaluationMethods } from './registry.ts';
import { warmUpFor } from './warm-up.ts';

/**
 * What the open round needs before its workflow has a score, or the score. Executions and a prediction that do not depend on each
 * other are returned together, executions first.
 */
export function evaluateRound(state: RunState, round: Round, methods: EvaluationMethods): readonly Command[] {
  const method = methodOf(state, methods);
  const executions = outstandingExecutions(round, state.configuration);
  const predict: Command = { kind: 'predict', round: round.round, turn: round.predictions.length + 1 };
  if (executions.length > 0) {
    const execute: Command = { kind: 'execute', round: round.round, workflowHash: round.workflowHash, executions };
    return asksForPrediction(state, round, method) ? [execute, predict] : [execute];
  }
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

/**
 * The warm-up lasts until M workflows were executed in full, so a round that found no workflow does not count: difficulties are
 * worthless with a row missing. A workflow that failed on every query does count, as in the paper; its row of zeros moves all
 * queries equally.
 */
function methodOf(state: RunState, methods: EvaluationMethods): EvaluationMethod {
  const { method: name, warmUpRounds, forecasts } = state.configuration.evaluation;
  const method = methods.named(name);
  // Full evaluation together with a prediction: that is the warm-up of a method that uses predictions.
  if (forecasts === true) return warmUpFor({ ...method, usesPrediction: true });
  return fullyExecutedRounds(state).length < warmUpRounds ? warmUpFor(method) : method;
}

function asksForPrediction(state: RunState, round: Round, method: EvaluationMethod): boolean {
  if (predictionOf(round, state.configuration.evaluation.predictionAttempts) !== 'pending') return false;
  return method.usesPrediction && method.next(evidenceOf(state, round)).kind === 'predict';
}
