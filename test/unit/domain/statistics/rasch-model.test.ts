import { expect, test } from 'vitest';
import { randomStream } from '../../../../services/domain/random.ts';
import { mean } from '../../../../services/domain/statistics/intervals.ts';
import { estimate, information } from '../../../../services/domain/statistics/rasch-estimate.ts';
import {
  type RaschFit,
  type RaschRow,
  startRasch,
  swept,
  withExecutions,
  withRow,
} from '../../../../services/domain/statistics/rasch-model.ts';

const queryCount = 50;
const every = Array.from({ length: queryCount }, (_, query) => query);

/** Outcomes as the model itself would make them. */
function outcomes(ability: number, seed: number): number[] {
  const random = randomStream(seed, 'rasch');
  return every.map((query) => Number(random.next() < 1 / (1 + Math.exp(-4 + (8 * query) / queryCount - ability))));
}

function row(ability: number, seed: number, queries = every): RaschRow {
  const scores = outcomes(ability, seed);
  return { queries, scores: queries.map((query) => scores[query] as number), parent: undefined };
}

function fitted(rows: readonly RaschRow[]): RaschFit {
  let fit = startRasch(queryCount);
  for (const each of rows) fit = withRow(fit, each, 0.5);
  for (let sweep = 0; sweep < 3; sweep += 1) fit = swept(fit, 0.5);
  return fit;
}

const warmUp = [row(0, 1), row(1, 2), row(-1, 3)];

test('what was executed in full is known, and its variance is nothing', () => {
  const known = estimate(fitted(warmUp), 1);
  expect(known.score).toBeCloseTo(mean(outcomes(1, 2)), 12);
  expect(known.variance).toBeCloseTo(0, 12);
});

test('on few queries its error is well below that of their mean', () => {
  const errors = Array.from({ length: 60 }, (_, index) => {
    const ability = -1 + index / 30;
    const scores = outcomes(ability, 100 + index);
    const queries = [7, 21, 29, 44];
    const fit = withRow(fitted(warmUp), row(ability, 100 + index, queries), 0.5);
    const own = Math.abs(estimate(fit, 3).score - mean(scores));
    return { own, plain: Math.abs(mean(queries.map((query) => scores[query] as number)) - mean(scores)) };
  });
  expect(mean(errors.map(({ own }) => own))).toBeLessThan(0.6 * mean(errors.map(({ plain }) => plain)));
});

test('more executions never widen its interval on average', () => {
  const widths = [0, 3, 6, 12, 25, 50].map((count) =>
    mean(
      Array.from({ length: 12 }, (_, seed) => {
        const queries = every.filter((query) => (query * 7 + seed) % queryCount < count);
        return Math.sqrt(estimate(withRow(fitted(warmUp), row(0.5, 200 + seed, queries), 0.5), 3).variance);
      }),
    ),
  );
  expect(widths).toEqual(widths.toSorted((a, b) => b - a));
});

test('a query that all solve, or none, tells less than one that divides them', () => {
  const fit = withRow(fitted(warmUp), { queries: [10], scores: [1], parent: undefined }, 0.5);
  const told = information(fit, 3);
  expect(told[10]).toBeNaN();
  const extreme = every.filter((query) =>
    warmUp.every(({ scores }) => scores[query] === scores[0] && scores[query] === warmUp[0]?.scores[query]),
  );
  const dividing = every.filter((query) => new Set(warmUp.map(({ scores }) => scores[query])).size === 2);
  const mostTelling = every.filter((query) => query !== 10).toSorted((a, b) => (told[b] as number) - (told[a] as number))[0];
  expect(dividing).toContain(mostTelling);
  expect(extreme).not.toContain(mostTelling);
  expect(Math.min(...told.filter((value) => !Number.isNaN(value)))).toBeGreaterThanOrEqual(0);
});

test('permuting queries permutes nothing else', () => {
  const place = (query: number) => (query * 13 + 5) % queryCount;
  const permuted = warmUp.map(({ scores }) => {
    const moved = new Array<number>(queryCount);
    for (const query of every) moved[place(query)] = scores[query] as number;
    return { queries: every, scores: moved, parent: undefined };
  });
  const child = row(0.4, 9, [3, 30]);
  const straight = withRow(fitted(warmUp), child, 0.5);
  const other = withRow(fitted(permuted), { ...child, queries: child.queries.map(place) }, 0.5);
  // Belief propagation visits queries in their order, which is felt in the last digits only.
  expect(estimate(other, 3).score).toBeCloseTo(estimate(straight, 3).score, 6);
  expect(information(other, 3)[place(17)]).toBeCloseTo(information(straight, 3)[17] as number, 6);
});

test('a parent that is good lifts a child that was not executed yet, by the weight that it is given', () => {
  const child = { queries: [], scores: [], parent: 1 };
  const score = (weight: number, parent: number | undefined) => {
    const fit = withRow(fitted(warmUp), { ...child, parent }, weight);
    return estimate(fit, 3).score;
  };
  expect(score(0.9, 1)).toBeGreaterThan(score(0.9, undefined) + 0.02);
  expect(score(0, 1)).toBeCloseTo(score(0, undefined), 12);
});

test('executions that come later give what they would have given at once, nearly', () => {
  const whole = withRow(fitted(warmUp), row(0.5, 9, [3, 17, 30]), 0);
  const later = withExecutions(
    withRow(fitted(warmUp), row(0.5, 9, [3]), 0),
    3,
    [17, 30],
    [17, 30].map((query) => outcomes(0.5, 9)[query] as number),
  );
  expect(later.rows[3]?.queries).toEqual([3, 17, 30]);
  expect(estimate(later, 3).score).toBeCloseTo(estimate(whole, 3).score, 2);
});

test('fractional scores count as parts of a success', () => {
  const score = (value: number) =>
    estimate(withRow(fitted(warmUp), { queries: [25], scores: [value], parent: undefined }, 0), 3).score;
  expect(score(0.5)).toBeGreaterThan(score(0));
  expect(score(0.5)).toBeLessThan(score(1));
});
