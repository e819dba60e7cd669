import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confidence } from '../../../../services/domain/evaluation/confidence.ts';
import { constant } from '../../../../services/domain/evaluation/constant.ts';
import { difference } from '../../../../services/domain/evaluation/difference.ts';
import type { EvaluationMethod, Evidence } from '../../../../services/domain/evaluation/evaluation-method.ts';
import { rasch } from '../../../../services/domain/evaluation/rasch.ts';
import { weighted } from '../../../../services/domain/evaluation/weighted.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import { parseConfidence } from '../../../../services/domain/replies/read-confidence.ts';
import type { EarlierRound } from '../../../../services/domain/run/earlier-rounds.ts';
import type { Evaluation } from '../../../../services/domain/run/event.ts';
import { mean } from '../../../../services/domain/statistics/intervals.ts';
import { evidence, outcomes } from './made-up-evidence.ts';

const queryCount = 20;
/** Three warm-up rounds: ten queries that all solve, five that two solve, five that nobody does. */
const rows = [20, 15, 15].map((solved) =>
  Array.from({ length: queryCount }, (_, query) => (query < 10 || (query < 15 && solved < 20) ? 1 : 0)),
);

function warmUp(scores: readonly (readonly number[])[]): Pick<Evidence, 'warmUp' | 'earlier'> {
  const earlier = scores.map(
    (row, index): EarlierRound => ({
      round: index + 1,
      parentRound: index,
      evaluation: { method: 'full', score: mean(row), executions: row.length },
      queries: row.map((_, query) => query),
      scores: row,
    }),
  );
  return { warmUp: scores.map((row, index) => ({ round: index + 1, scores: row })), earlier };
}

/** Answers what the method asks for, to its score. */
function scored(
  method: EvaluationMethod,
  base: Partial<Evidence>,
  score: (query: number) => number,
): Evaluation & { sampled: number[] } {
  let sampled: number[] = [];
  for (;;) {
    const own = sampled.map((queryIndex) => ({ queryIndex, repeat: 0, score: score(queryIndex), answer: '', tokens: [] }));
    const step = method.next(evidence({ ...base, sampled, outcomes: own }));
    if (step.kind === 'score') return { ...step.evaluation, sampled };
    if (step.kind === 'sample') sampled = [...sampled, ...step.queryIndexes];
    else throw new Error('none of these methods asks for a prediction');
  }
}

const settings = { ...evidence().settings, fewShotRatio: 0.25 };

test('constant gives everything the mean of the warm-up, and executes nothing', () => {
  const { score, sampled } = scored(constant, warmUp(rows), () => 0);
  expect(score).toBeCloseTo(mean(rows.map(mean)), 12);
  expect(sampled).toEqual([]);
});

test('confidence is what the optimizer said with its proposal, else the constant', () => {
  expect(scored(confidence, { confidence: 0.7 }, () => 0)).toMatchObject({ method: 'confidence', score: 0.7 });
  expect(scored(confidence, warmUp(rows), () => 0).method).toBe('constant');
});

test('a confidence is one number in [0, 1], in its tag', () => {
  expect(parseConfidence('<workflow>…</workflow>\n<confidence> 0.85 </confidence>')).toBe(0.85);
  for (const reply of [
    '',
    '<confidence>85</confidence>',
    '<confidence>high</confidence>',
    '<confidence>.5</confidence><confidence>.6</confidence>',
  ]) {
    expect(parseConfidence(reply)).toBeUndefined();
  }
});

describe.each([weighted, difference, rasch])('$name', (method) => {
  test('asks for its share of the queries, each once, and for no more', () => {
    const { sampled, executions } = scored(method, { ...warmUp(rows), settings }, () => 1);
    expect(new Set(sampled).size).toBe(5);
    expect(sampled).toHaveLength(5);
    expect(executions).toBe(5);
  });

  test('gives a score in [0, 1] with an uncertainty, whatever happened', () => {
    const row = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: queryCount, maxLength: queryCount });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 3 }), row, fc.nat(), (matrix, own, seed) => {
        const streams = { random: randomStream(seed, 'x'), runRandom: randomStream(seed, 'y') };
        const { score, standardError } = scored(
          method,
          { ...warmUp(matrix), ...streams, settings },
          (query) => own[query] as number,
        );
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(standardError ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 25 },
    );
  });

  test('is nearer to the truth than the mean of the same queries, for a workflow like those of the warm-up', () => {
    const own = rows[1] as number[];
    const errors = Array.from({ length: 30 }, (_, seed) => {
      const streams = { random: randomStream(seed, 'x'), runRandom: randomStream(seed, 'y') };
      const { score, fewShot } = scored(method, { ...warmUp(rows), ...streams, settings }, (query) => own[query] as number);
      return { own: Math.abs(score - mean(own)), plain: Math.abs((fewShot ?? 0) - mean(own)) };
    });
    expect(mean(errors.map((error) => error.own))).toBeLessThanOrEqual(mean(errors.map(({ plain }) => plain)));
  });

  test('sees that a workflow is broken', () => {
    expect(scored(method, { ...warmUp(rows), settings }, () => 0).score).toBeLessThan(0.45);
    expect(scored(method, { ...warmUp(rows), settings }, (query) => (query < 15 ? 1 : 0)).score).toBeGreaterThan(0.55);
  });

  test('works without a warm-up', () => {
    const { score, sampled } = scored(method, { settings }, () => 1);
    expect(sampled).toHaveLength(5);
    expect(score).toBeGreaterThan(0.5);
  });

  test('more executions narrow its interval on average', () => {
    const width = (fewShotRatio: number) =>
      mean(
        Array.from({ length: 20 }, (_, seed) => {
          const streams = { random: randomStream(seed, 'x'), runRandom: randomStream(seed, 'y') };
          const own = { ...settings, fewShotRatio };
          return (
            scored(method, { ...warmUp(rows), ...streams, settings: own }, (query) => rows[2]?.[query] ?? 0).standardError ?? 1
          );
        }),
      );
    const widths = [0.1, 0.25, 0.5, 0.8].map(width);
    expect(widths).toEqual(widths.toSorted((a, b) => b - a));
  });
});

test('weighted and difference draw each stratum by its share of the queries, within one', () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const step = weighted.next(evidence({ ...warmUp(rows), settings, random: randomStream(seed, 'x') }));
    if (step.kind !== 'sample') throw new Error('it samples first');
    for (const { queries, drawn } of step.strata) expect(Math.abs(drawn - (5 * queries) / queryCount)).toBeLessThan(1 + 1e-9);
  }
});

test('rasch asks in two batches, and what earlier searches showed counts', () => {
  const first = rasch.next(evidence({ settings }));
  expect(first.kind === 'sample' && first.queryIndexes.length).toBe(3);
  // Memory: these queries were solved by all who tried, so to fail on them tells more than on others.
  const solved = Array.from({ length: 4 }, () => ({
    queries: Array.from({ length: 20 }, (_, query) => query),
    scores: rows[0] as number[],
  }));
  const own = { settings: { ...settings, fewShotRatio: 0.05 }, sampled: [0], outcomes: outcomes(0) };
  const without = rasch.next(evidence(own));
  const remembering = rasch.next(evidence({ ...own, memory: solved }));
  if (without.kind !== 'score' || remembering.kind !== 'score') throw new Error('one query is all it asks for');
  expect(remembering.evaluation.score).toBeLessThan(without.evaluation.score);
});
