import { expect, test } from 'vitest';
import { componentsOf, describeNoise } from '../../../../services/domain/experiments/repeats-tables.ts';
import { noiseShare, passDeviation, varianceComponents } from '../../../../services/domain/experiments/variance-components.ts';
import { randomStream } from '../../../../services/domain/random.ts';

/** scores[workflow][repeat][query] with these deviations, from a seed. */
function drawn(seed: number, deviations: { workflow: number; query: number; interaction: number; execution: number }) {
  const random = randomStream(seed, 'variance');
  const normal = (deviation: number): number =>
    deviation * Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const queries = Array.from({ length: 60 }, () => normal(deviations.query));
  return Array.from({ length: 6 }, () => {
    const effect = normal(deviations.workflow);
    const suits = queries.map(() => normal(deviations.interaction));
    return Array.from({ length: 5 }, () =>
      queries.map((query, index) => query + effect + (suits[index] as number) + normal(deviations.execution)),
    );
  });
}

test('on average the components are those that the scores were made with', () => {
  const made = { workflow: 0.1, query: 0.3, interaction: 0.2, execution: 0.25 };
  const sums = { workflow: 0, query: 0, interaction: 0, execution: 0 };
  const rounds = 200;
  for (let seed = 1; seed <= rounds; seed += 1) {
    const found = varianceComponents(drawn(seed, made));
    for (const name of ['workflow', 'query', 'interaction', 'execution'] as const) sums[name] += found[name] / rounds;
  }
  for (const name of ['workflow', 'query', 'interaction', 'execution'] as const) {
    expect(sums[name] / made[name] ** 2, name).toBeGreaterThan(0.85);
    expect(sums[name] / made[name] ** 2, name).toBeLessThan(1.15);
  }
});

test('without execution noise its component is 0, and no part of a difference is noise', () => {
  const scores = drawn(1, { workflow: 0.1, query: 0.3, interaction: 0, execution: 0 });
  const found = varianceComponents(scores);
  expect(found.execution).toBeCloseTo(0, 12);
  const steady = [
    [
      [1, 0],
      [1, 0],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  ];
  expect(noiseShare(varianceComponents(steady))).toBe(0);
  expect(describeNoise(componentsOf([{ benchmark: 'sums', seed: 1, scores: steady }]))[0]).toContain('scored every query alike');
});

test('noise alone is all of a difference, and falls with the number of queries', () => {
  const noise = { workflow: 0, interaction: 0, query: 0, execution: 0.25, queries: 100 };
  expect(noiseShare(noise)).toBe(1);
  expect(passDeviation(noise)).toBeCloseTo(0.05, 12);
});

test('one workflow or one pass says nothing of either', () => {
  expect(() =>
    varianceComponents([
      [
        [1, 0],
        [1, 0],
      ],
    ]),
  ).toThrow(RangeError);
  expect(() => varianceComponents([[[1, 0]], [[1, 0]]])).toThrow(RangeError);
  expect(
    componentsOf([
      {
        benchmark: 'sums',
        seed: 1,
        scores: [
          [
            [1, 0],
            [0, 0],
          ],
        ],
      },
    ]),
  ).toEqual([]);
});
