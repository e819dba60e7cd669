import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paretoFront, type ScoreAndCost } from '../../../../services/domain/run/pareto-front.ts';

test('those on the front are the ones that no other beats, twins among them', () => {
  const points = [
    { score: 0.5, tokens: 100 },
    { score: 0.9, tokens: 900 },
    { score: 0.9, tokens: 300 },
    { score: 0.9, tokens: 300 },
    { score: 0.8, tokens: 400 },
    { score: 0.4, tokens: 100 },
    { score: 0.95 },
  ];
  expect(paretoFront(points)).toEqual([true, false, true, true, false, false, true]);
  expect(paretoFront([])).toEqual([]);
});

test('it is what the definition says, for any points', () => {
  const level = fc.integer({ min: 0, max: 4 }).map((value) => value / 4);
  const point = fc.record({ score: level, tokens: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(point, { maxLength: 12 }), (points) => {
      const cost = ({ tokens = Number.POSITIVE_INFINITY }: ScoreAndCost): number => tokens;
      const beats = (a: ScoreAndCost, b: ScoreAndCost): boolean =>
        a.score >= b.score && cost(a) <= cost(b) && (a.score > b.score || cost(a) < cost(b));
      expect(paretoFront(points)).toEqual(points.map((one) => !points.some((other) => beats(other, one))));
    }),
  );
});
