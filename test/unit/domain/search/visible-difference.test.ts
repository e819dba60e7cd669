import { expect, test } from 'vitest';
import { describeVisible } from '../../../../services/cli/runs/describe-visible.ts';
import { visibleDifference } from '../../../../services/domain/search/visible-difference.ts';
import { madeUpConfiguration } from './made-up-world.ts';

const search = { maxRounds: 20, finalPick: { policy: 'race', topK: 3, share: 0.06 } };
const evaluation = { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0.08, fewShotFloor: 20 };

test('the more queries, the smaller the difference that a search can see', () => {
  const seen = [30, 90, 264, 2000].map((queryCount) =>
    visibleDifference(madeUpConfiguration({ queryCount, search, evaluation })),
  );
  expect(seen.map(({ sampled }) => sampled)).toEqual([20, 20, 21, 160]);
  for (const [index, { compared, sampled, inTheEnd, onArrival }] of seen.entries()) {
    expect(compared).toBeGreaterThanOrEqual(sampled);
    expect(inTheEnd).toBeLessThanOrEqual(onArrival);
    expect(inTheEnd).toBeLessThan(seen[index - 1]?.inTheEnd ?? 1);
  }
});

test('full evaluation compares on every query, and too few show nothing at all', () => {
  const full = madeUpConfiguration({ queryCount: 100, search: { maxRounds: 20 }, evaluation: { method: 'full' } });
  // 2.8 standard errors of the difference of two workflows that disagree on a tenth of a hundred queries.
  expect(visibleDifference(full)).toMatchObject({
    sampled: 100,
    compared: 100,
    inTheEnd: expect.closeTo(2.8 * Math.sqrt(0.001), 6),
  });
  const tiny = visibleDifference(madeUpConfiguration({ queryCount: 5, search, evaluation }));
  expect(tiny).toMatchObject({ sampled: 5, inTheEnd: 1 });
});

test('is said in one sentence', () => {
  expect(describeVisible(madeUpConfiguration({ queryCount: 90, search, evaluation }))).toMatch(
    /^This search can see differences of about \d+ points: the best are compared on \d+ of 90 queries; a workflow's first score rests on 20, which show 39 points\. More queries would show less\.$/,
  );
});
