import { defined } from '../defined.ts';
import { calibrationWeight } from '../evaluation/scale.ts';
import { isScored } from '../failure-class.ts';
import { executionFacts } from '../run/outcomes/execution-facts.ts';
import { coversAllQueries } from '../run/outcomes/executions.ts';
import { executedScore } from '../run/outcomes/outcomes.ts';
import type { Round, RunState } from '../run/state.ts';
import { agreement } from '../statistics/agreement.ts';
import type { EstimateAgreement, EstimateKind, EstimateReport, RoundEstimates } from './report-model.ts';

/** Without a full score on any of these rounds there is nothing to compare, and the plot still shows how estimates moved. */
export function reportEstimates(state: RunState): EstimateReport {
  const rounds = state.rounds.flatMap((round) => estimatesOf(state, round));
  return {
    rounds,
    agreements: (['predicted', 'few-shot', 'calibrated'] as const).flatMap((estimate) => agreementOf(estimate, rounds)),
  };
}

function estimatesOf(state: RunState, round: Round): RoundEstimates[] {
  const { evaluation } = round;
  if (evaluation === undefined) return [];
  if (!coversAllQueries(round, state.configuration)) {
    const { predicted, fewShot, score } = evaluation;
    const calibrated = evaluation.alpha === undefined ? undefined : score;
    return [{ round: round.round, inHindsight: false, ...defined({ predicted, fewShot, calibrated }) }];
  }
  const full = executionFacts(round.outcomes).meanScore;
  const { predicted } = evaluation;
  const fewShot = fewShotInHindsight(state, round);
  const calibrated = calibratedInHindsight(state, predicted, fewShot);
  return [{ round: round.round, inHindsight: fewShot !== undefined, ...defined({ full, predicted, fewShot, calibrated }) }];
}

/**
 * What the run's first sample would have said about a round that was executed in full. That flatters it: the difficulties behind
 * the sample come from these very rounds.
 */
function fewShotInHindsight(state: RunState, round: Round): number | undefined {
  const sample = firstSample(state);
  if (sample.size === 0) return undefined;
  const drawn = round.outcomes.filter((outcome) => sample.has(outcome.queryIndex) && isScored(outcome));
  return drawn.length === 0 ? undefined : executedScore(drawn).score;
}

function firstSample(state: RunState): ReadonlySet<number> {
  const sampled = state.rounds.find((round) => round.samples.length > 0 && !coversAllQueries(round, state.configuration));
  return new Set(sampled?.samples.flatMap(({ queryIndexes }) => queryIndexes));
}

function calibratedInHindsight(state: RunState, predicted: number | undefined, fewShot: number | undefined): number | undefined {
  if (predicted === undefined || fewShot === undefined) return undefined;
  const psi = firstSample(state).size / state.configuration.benchmark.queryCount;
  const alpha = calibrationWeight(Math.abs(predicted - fewShot), psi, state.configuration.evaluation);
  return (1 - alpha) * predicted + alpha * fewShot;
}

function agreementOf(estimate: EstimateKind, rounds: readonly RoundEstimates[]): EstimateAgreement[] {
  const field = estimate === 'few-shot' ? 'fewShot' : estimate;
  const pairs = rounds.flatMap((round) => {
    const value = round[field];
    return value === undefined || round.full === undefined ? [] : [{ value, full: round.full }];
  });
  if (pairs.length === 0) return [];
  const { count, ...measures } = agreement(
    pairs.map(({ value }) => value),
    pairs.map(({ full }) => full),
  );
  return [{ estimate, count, ...defined(measures) }];
}
