import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../../services/domain/random.ts';
import { wilsonInterval } from '../../../../services/domain/statistics/intervals.ts';
import { scoreInterval, scoreKindOf } from '../../../../services/domain/statistics/score-interval.ts';

const once = (scores: readonly number[]): number[][] => scores.map((score) => [score]);
const binary = (right: number, count: number): number[] => Array.from({ length: count }, (_, index) => (index < right ? 1 : 0));

test('scores of 0 and 1 alone are binary', () => {
  expect(scoreKindOf([0, 1, 1])).toBe('binary');
  expect(scoreKindOf([0, 1, 0.5])).toBe('fractional');
});

describe('the interval of binary scores', () => {
  test('is Wilson’s without repeats', () => {
    const { low, high, score, method } = scoreInterval(once(binary(8, 10)));
    // Wilson 1927, for 8 of 10.
    expect(low).toBeCloseTo(0.4902, 4);
    expect(high).toBeCloseTo(0.9433, 4);
    expect([score, method]).toEqual([0.8, 'wilson']);
  });

  test('has a width where everything is right', () => {
    const { low, high } = scoreInterval(once(binary(20, 20)));
    expect(low).toBeCloseTo(0.8389, 4);
    expect(high).toBeCloseTo(1, 12);
  });

  test('gains nothing from repeats that always end alike', () => {
    const repeated = scoreInterval(binary(8, 10).map((score) => [score, score, score]));
    expect(repeated).toEqual({ ...scoreInterval(once(binary(8, 10))), method: 'wilson-clustered' });
  });

  test('counts repeats that differ as freely as queries do for as much as queries', () => {
    const freely = scoreInterval(Array.from({ length: 400 }, (_, index) => [index & 1, (index >> 1) & 1]));
    expect(freely.low).toBeCloseTo(wilsonInterval(400, 800).low, 4);
  });

  test('gets narrower with lower confidence', () => {
    const [wide, narrow] = [scoreInterval(once(binary(8, 10)), 0.99), scoreInterval(once(binary(8, 10)), 0.8)];
    expect(wide.low).toBeLessThan(narrow.low);
    expect(wide.high).toBeGreaterThan(narrow.high);
  });
});

describe('the interval of fractional scores', () => {
  test('is Student’s on the means of the queries', () => {
    // By hand: means 0.2, 0.4, 0.5, 0.6, 0.8; deviation sqrt(0.2/4) = 0.223607; error 0.1; t(4) = 2.776445.
    const { low, high, score, standardError, method } = scoreInterval([[0.1, 0.3], [0.4], [0.5], [0.6], [0.7, 0.9]]);
    expect(score).toBeCloseTo(0.5, 12);
    expect(standardError).toBeCloseTo(0.1, 12);
    expect([low, high]).toEqual([expect.closeTo(0.2223555, 6), expect.closeTo(0.7776445, 6)]);
    expect(method).toBe('student');
  });

  test('stays in [0, 1], and has a width where all queries are alike', () => {
    expect(scoreInterval(once([0.99, 1, 1, 0.9])).high).toBe(1);
    const { low, high } = scoreInterval(once([0.5, 0.5, 0.5]));
    expect(high - low).toBeGreaterThan(0.5);
    expect(scoreInterval([[0.3]]).low).toBeLessThan(0.1);
  });
});

describe('covers the true score about as often as it says', () => {
  const samples = 2_000;
  const random = randomStream(1, 'coverage');
  /** Queries of different difficulty: the chance to be right is u^power, so the true score is 1 / (power + 1). */
  const draw = (queries: number, repeats: number, power: number): number[][] =>
    Array.from({ length: queries }, () => {
      const chance = random.next() ** power;
      return Array.from({ length: repeats }, () => (random.next() < chance ? 1 : 0));
    });
  const coverage = (sample: () => number[][], truth: number, interval = scoreInterval): number => {
    let covered = 0;
    for (let index = 0; index < samples; index += 1) {
      const { low, high } = interval(sample());
      if (low <= truth && truth <= high) covered += 1;
    }
    return covered / samples;
  };

  test.each([
    ['60 queries once', 60, 1],
    ['60 queries three times', 60, 3],
    ['30 queries ten times', 30, 10],
  ])('%s', (_, queries, repeats) => {
    const share = coverage(() => draw(queries, repeats, 0.25), 0.8);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.975);
  });

  test('fractional scores', () => {
    // u^0.5 has the mean 2/3.
    const share = coverage(() => once(Array.from({ length: 40 }, () => random.next() ** 0.5)), 2 / 3);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.97);
  });

  test('where counting repeats as queries would not', () => {
    const asQueries = (sample: readonly (readonly number[])[]) => scoreInterval(once(sample.flat()));
    expect(coverage(() => draw(30, 10, 0.25), 0.8, asQueries)).toBeLessThan(0.9);
  });
});
