import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EvaluationMethod, Evidence } from '../../../../services/domain/evaluation/evaluation-method.ts';
import { evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';
import { warmUpFor } from '../../../../services/domain/evaluation/warm-up.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import type { EarlierRound } from '../../../../services/domain/run/earlier-rounds.ts';
import type { Evaluation } from '../../../../services/domain/run/event.ts';
import type { Stratum } from '../../../../services/domain/sampling/stratum.ts';
import { mean } from '../../../../services/domain/statistics/intervals.ts';
import { evidence } from './made-up-evidence.ts';

const queryCount = 24;
const everything = Array.from({ length: queryCount }, (_, query) => query);

interface Asked extends Evaluation {
  readonly sampled: readonly number[];
  readonly strata: readonly Stratum[];
}

/** Answers what the method asks for, executions from the row, to its score. */
function asked(method: EvaluationMethod, base: Partial<Evidence>, row: readonly number[], predicted = 0.5): Asked {
  let sampled: readonly number[] = [];
  let strata: readonly Stratum[] = [];
  let prediction: Evidence['prediction'] = 'pending';
  for (;;) {
    const outcomes = sampled.map((queryIndex) => ({
      ...{ queryIndex, repeat: 0, answer: '', tokens: [] },
      score: row[queryIndex] as number,
    }));
    const step = method.next(evidence({ queryCount, ...base, sampled, outcomes, prediction }));
    if (step.kind === 'score') return { ...step.evaluation, sampled, strata };
    if (step.kind === 'predict') prediction = predicted;
    else {
      sampled = [...sampled, ...step.queryIndexes];
      strata = step.strata;
    }
  }
}

function warmUp(rows: readonly (readonly number[])[]): Pick<Evidence, 'warmUp' | 'earlier'> {
  return {
    warmUp: rows.map((scores, index) => ({ round: index + 1, scores })),
    earlier: rows.map(
      (scores, index): EarlierRound => ({
        ...{ round: index + 1, parentRound: index, queries: everything, scores },
        evaluation: { method: 'full', score: mean(scores), executions: queryCount },
      }),
    ),
  };
}

const score = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const row = fc.array(score, { minLength: queryCount, maxLength: queryCount });
const case_ = fc.record({
  ...{ rows: fc.array(row, { maxLength: 3 }), own: row, seed: fc.nat(), predicted: fc.double({ min: 0, max: 1, noNaN: true }) },
  ratio: fc.double({ min: 0.01, max: 1, noNaN: true }),
});
const streams = (seed: number) => ({ random: randomStream(seed, 'x'), runRandom: randomStream(seed, 'y') });

describe.each([...evaluationMethods.values()].flatMap((method) => [method, warmUpFor(method)]))('$description', (method) => {
  test('draws no query twice, and none that there is not; its score is in [0, 1], and counts its executions', () => {
    fc.assert(
      fc.property(case_, ({ rows, own, seed, predicted, ratio }) => {
        const settings = { ...evidence().settings, fewShotRatio: ratio };
        const {
          sampled,
          score: given,
          executions,
        } = asked(method, { ...warmUp(rows), ...streams(seed), settings }, own, predicted);
        expect(new Set(sampled).size).toBe(sampled.length);
        for (const query of sampled) expect(everything).toContain(query);
        expect(given).toBeGreaterThanOrEqual(0);
        expect(given).toBeLessThanOrEqual(1);
        expect(executions).toBe(sampled.length);
      }),
      { numRuns: 40 },
    );
  });
});

test.each(['few-shot', 'scale', 'weighted', 'difference'])(
  'what %s draws from a stratum is within what it holds, and adds up to the sample',
  (name) => {
    const method = evaluationMethods.get(name) as EvaluationMethod;
    fc.assert(
      fc.property(case_, ({ rows, own, seed, ratio }) => {
        const settings = { ...evidence().settings, fewShotRatio: ratio };
        const { sampled, strata } = asked(method, { ...warmUp(rows), ...streams(seed), settings }, own);
        for (const { drawn, queries, probability } of strata) {
          expect(drawn).toBeLessThanOrEqual(queries);
          if (queries === 0) expect(probability).toBe(0);
        }
        expect(strata.reduce((sum, { drawn }) => sum + drawn, 0)).toBe(sampled.length);
        expect(strata.reduce((sum, { queries }) => sum + queries, 0)).toBe(queryCount);
        expect(strata.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
      }),
      { numRuns: 40 },
    );
  },
);

/** Queries in another order: the same ones are what they were. */
const place = (query: number) => (query * 7 + 5) % queryCount;
const moved = (scores: readonly number[]) =>
  everything.map((to) => scores[everything.find((query) => place(query) === to) ?? 0] as number);

test.each(['full', 'constant', 'few-shot', 'scale', 'weighted', 'difference'])(
  'permuting the queries permutes nothing else in %s, once it has executed the same ones',
  (name) => {
    const method = evaluationMethods.get(name) as EvaluationMethod;
    fc.assert(
      fc.property(case_, ({ rows, own, seed, predicted }) => {
        const known = asked(method, { ...warmUp(rows), ...streams(seed) }, own, predicted);
        const outcomes = known.sampled.map((query) => ({
          ...{ queryIndex: place(query), repeat: 0, answer: '', tokens: [] },
          score: own[query] as number,
        }));
        const step = method.next(
          evidence({
            ...{ queryCount, ...warmUp(rows.map(moved)), ...streams(seed) },
            ...{ sampled: known.sampled.map(place), outcomes, prediction: predicted },
          }),
        );
        expect(step.kind === 'score' && step.evaluation.score).toBeCloseTo(known.score, 9);
      }),
      { numRuns: 40 },
    );
  },
);
