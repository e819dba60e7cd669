import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../../services/domain/evaluation/evaluation-method.ts';
import { fewShot } from '../../../../services/domain/evaluation/few-shot.ts';
import { evidence, outcomes } from './made-up-evidence.ts';

const settings = evidence().settings;
/** Of 20 queries, 0-9 were solved by both warm-up workflows, 10-14 by one, the rest by none. */
const warmUp = [
  { round: 1, scores: Array.from({ length: 20 }, (_, query) => (query < 15 ? 1 : 0)) },
  { round: 2, scores: Array.from({ length: 20 }, (_, query) => (query < 10 ? 1 : 0)) },
];

function sampleOf(overrides: Partial<Evidence>) {
  const step = fewShot.next(evidence(overrides));
  if (step.kind !== 'sample') throw new Error(`asked for ${step.kind}`);
  return step;
}

describe('the draw', () => {
  test('has rho |Dval| queries of bins by mean warm-up score', () => {
    const { queryIndexes, strata } = sampleOf({ warmUp, settings: { ...settings, fewShotRatio: 0.2 } });
    expect(queryIndexes).toHaveLength(4);
    const occupied = strata.flatMap(({ low, queries }) => (queries > 0 ? [[low, queries]] : []));
    expect(occupied).toEqual([
      [0, 5],
      [0.5, 5],
      [0.9, 10],
    ]);
  });

  test('is one bin of everything without a warm-up', () => {
    expect(sampleOf({}).strata).toEqual([{ low: 0, high: 1, queries: 20, probability: 1, drawn: 1 }]);
  });

  test('of an earlier round serves again when drawn once, and not when drawn each round', () => {
    const earlierSample = [7, 3, 5];
    expect(sampleOf({ warmUp, earlierSample })).toEqual({ kind: 'sample', queryIndexes: [7, 3, 5], strata: [] });
    expect(sampleOf({ warmUp, earlierSample, settings: { ...settings, draw: 'each-round' } }).strata).toHaveLength(10);
  });
});

test('Eq 7 is the plain mean, a failed execution counting 0', () => {
  const failed = { ...outcomes(0)[0], queryIndex: 9, failure: { kind: 'timeout', message: 'too long' } } as const;
  const step = fewShot.next(evidence({ sampled: [0, 1, 2, 9], outcomes: [...outcomes(1, 1, 0.5), failed as never] }));
  expect(step).toMatchObject({ kind: 'score', evaluation: { method: 'few-shot', score: 0.625, fewShot: 0.625, executions: 4 } });
});
