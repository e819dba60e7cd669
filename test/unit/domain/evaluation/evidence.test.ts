import { expect, test } from 'vitest';
import { evidenceOf } from '../../../../services/domain/evaluation/evidence.ts';
import { fullyExecutedRounds } from '../../../../services/domain/run/earlier-rounds.ts';
import type { Round, RunState } from '../../../../services/domain/run/state.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../search/made-up-world.ts';

const world = { ...madeUpWorld(), predict: () => 0.5 };
const evaluation = { warmUpRounds: 2, fewShotRatio: 0.1, draw: 'each-round', repeats: 2 } as const;
const configuration = madeUpConfiguration({ queryCount: 30, search: { maxRounds: 8 }, evaluation });
const { state } = continueRun(world, configuration);

/** The evidence for the newest round with a workflow, and that round. */
function newest(ended: RunState) {
  const round = ended.rounds.findLast(({ workflow }) => workflow !== undefined) as Round;
  return { round, evidence: evidenceOf(ended, round) };
}

test('the warm-up matrix has a row for each fully executed round, the mean over repeats for each query', () => {
  const { evidence } = newest(state);
  expect(evidence.warmUp.map(({ round }) => round)).toEqual(fullyExecutedRounds(state).map(({ round }) => round));
  expect(evidence.warmUp).toHaveLength(2);
  for (const { round, scores } of evidence.warmUp) {
    const { outcomes } = state.rounds[round - 1] as Round;
    const ofQuery = (query: number) => outcomes.filter(({ queryIndex }) => queryIndex === query).map(({ score }) => score);
    expect(scores).toEqual(Array.from({ length: 30 }, (_, query) => ofQuery(query).reduce((sum, score) => sum + score, 0) / 2));
  }
});

test('the earlier sample is the newest Dfew of another round, and none while all were executed in full', () => {
  const { round, evidence } = newest(state);
  const earlier = state.rounds.slice(0, round.round - 1).filter(({ samples }) => samples[0]?.queryIndexes.length === 3);
  expect(earlier.length).toBeGreaterThan(1);
  expect(evidence.earlierSample).toEqual(earlier.at(-1)?.samples[0]?.queryIndexes);
  expect(evidenceOf(state, state.rounds[1] as Round).earlierSample).toBeUndefined();
});

test('the parent, the own executions and the prediction are those of the round', () => {
  const { round, evidence } = newest(state);
  expect(evidence).toMatchObject({ round: round.round, queryCount: 30, prediction: 0.5, outcomes: round.outcomes });
  expect(evidence.sampled).toEqual(round.samples[0]?.queryIndexes);
  expect(evidence.parent).toEqual(state.rounds[round.parentRound - 1]?.evaluation);
  expect(evidenceOf(state, state.rounds[0] as Round).parent).toBeUndefined();
});

test('a prediction is pending until it is there or the attempts are used up', () => {
  const round = state.rounds[0] as Round;
  const failed = {
    kind: 'prediction-completed',
    round: 1,
    reason: '',
    failure: { kind: 'cut-off', message: 'too long' },
  } as const;
  const predictionAfter = (attempts: number) => {
    const predictions = Array.from({ length: attempts }, (_, index) => ({ ...failed, turn: index + 1 }));
    return evidenceOf(state, { ...round, predictions }).prediction;
  };
  expect([0, 1, 2].map(predictionAfter)).toEqual(['pending', 'pending', undefined]);
});
