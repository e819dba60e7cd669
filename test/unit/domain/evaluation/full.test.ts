import { expect, test } from 'vitest';
import { full } from '../../../../services/domain/evaluation/full.ts';
import { executedScore, scoresByQuery } from '../../../../services/domain/run/outcomes/outcomes.ts';
import { evidence, outcomes } from './made-up-evidence.ts';

test('full evaluation asks for every query that was not asked for yet', () => {
  const all = Array.from({ length: 20 }, (_, query) => query);
  expect(full.next(evidence())).toEqual({ kind: 'sample', queryIndexes: all, strata: [] });
  expect(full.next(evidence({ sampled: [3, 0] }))).toMatchObject({
    queryIndexes: all.filter((query) => query !== 3 && query !== 0),
  });
});

test('the score is the mean over all queries, with its standard error', () => {
  const sampled = [0, 1, 2, 3];
  const step = full.next(evidence({ queryCount: 4, sampled, outcomes: outcomes(1, 0, 1, 0.5) }));
  expect(step).toEqual({
    kind: 'score',
    evaluation: { method: 'full', score: 0.625, standardError: expect.closeTo(Math.sqrt(0.6875 / 3 / 4), 12), executions: 4 },
  });
});

test('repeats make a query more exact, not the sample larger', () => {
  const repeated = outcomes(1, 0).flatMap((outcome) => [0, 1, 2].map((repeat) => ({ ...outcome, repeat })));
  expect(executedScore(repeated)).toEqual(executedScore(outcomes(1, 0)));
  const [first, ...others] = repeated;
  expect([...scoresByQuery([{ ...(first as (typeof repeated)[0]), score: 0.4 }, ...others])]).toEqual([
    [0, expect.closeTo(0.8, 12)],
    [1, 0],
  ]);
});

test('one query has a score and no standard error', () => {
  expect(executedScore(outcomes(1))).toEqual({ score: 1 });
});
