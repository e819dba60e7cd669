import { expect, it } from 'vitest';
import { leaveOneOut, leftOutRows } from '../../../../services/domain/replay/leave-one-out.ts';
import type { Measures } from '../../../../services/domain/replay/measure.ts';
import { prepareSearches } from '../../../../services/domain/replay/replay-search.ts';
import { fullValidation, type Strategy } from '../../../../services/domain/replay/strategy.ts';
import { madeUpSearch } from './made-up-searches.ts';

const measured = (regret: number): Measures[] => [{ regret } as Measures];
const searches = [{ source: 'a' }, { source: 'a' }, { source: 'b' }];

it('a strategy that is best only on the search that is left out is not chosen for it', () => {
  // The first is best on the first search alone, and best of all in the mean.
  const lucky = [measured(0), measured(3), measured(3)];
  const steady = [measured(5), measured(2), measured(2)];
  const { chosen, measuresBySearch } = leaveOneOut(searches, [lucky, steady]);
  expect(chosen[0]).toBe(1);
  expect(measuresBySearch[0]).toEqual(measured(5));
});

it('sources weigh the same, whichever of their searches is left out', () => {
  const goodOnA = [measured(1), measured(1), measured(4)];
  const goodOnB = [measured(3), measured(3), measured(1)];
  // Pooled: 2.5 and 2. By searches the first would win: 2 and 2.33.
  expect(
    leaveOneOut(
      [...searches, { source: 'a' }],
      [
        [...goodOnA, measured(1)],
        [...goodOnB, measured(3)],
      ],
    ).chosen,
  ).toEqual([1, 1, 0, 1]);
});

it('stays with what is shipped where another is better on the others by chance', () => {
  const four = [{ source: 'a' }, { source: 'a' }, { source: 'b' }, { source: 'c' }];
  const shipped = [measured(2), measured(2), measured(2), measured(2)];
  // One search alone makes it the better one on the others, by a third of a point.
  const lucky = [measured(3), measured(3), measured(2.5), measured(0)];
  expect(leaveOneOut(four, [lucky, shipped]).chosen).toEqual([0, 0, 0, 1]);
  expect(leaveOneOut(four, [lucky, shipped], 1).chosen).toEqual([1, 1, 1, 1]);
});

it('leaves what is shipped for one that is better on nearly all others', () => {
  const four = [{ source: 'a' }, { source: 'a' }, { source: 'b' }, { source: 'c' }];
  const shipped = [measured(2), measured(2), measured(2), measured(2)];
  const better = [measured(1), measured(1.2), measured(1.1), measured(2.1)];
  expect(leaveOneOut(four, [shipped, better], 0).chosen).toEqual([1, 1, 1, 1]);
});

it('stays with what is shipped where one other search is all there is', () => {
  expect(
    leaveOneOut(
      [{ source: 'a' }, { source: 'b' }],
      [
        [measured(2), measured(2)],
        [measured(1), measured(1)],
      ],
      0,
    ).chosen,
  ).toEqual([0, 0]);
});

it('a row says what was chosen how often, and full validation is no choice', () => {
  const prepared = prepareSearches([1, 2].map((seed) => madeUpSearch({ seed, queries: 10, workflows: 4, repeats: 1 })));
  const strategy = (name: string): Strategy => ({
    ...{ name, method: 'few-shot', pick: 'race', warmUpRounds: 0, fewShotRatio: 0, budget: { share: 0.2, arrival: 0.5 } },
  });
  const other = [strategy('other'), [measured(2), measured(2)]] as const;
  const rows = leftOutRows(
    prepared,
    [[strategy('one'), [measured(1), measured(1)]], other, [fullValidation, [measured(0), measured(0)]]],
    1,
  );
  expect(rows.map((row) => row.strategy.name)).toEqual(['chosen on the other searches: one (2)']);
  expect(rows[0]?.pooled.regret?.mean).toBe(1);
  const [, staying] = leftOutRows(prepared, [other, [{ ...strategy('ours'), isShipped: true }, [measured(3), measured(3)]]], 1);
  expect(staying?.strategy.name).toMatch(/^the default, unless another is better .*: ours \(2\)$/);
  expect(staying?.pooled.regret?.mean).toBe(3);
  expect(leftOutRows(prepared.slice(0, 1), [[strategy('one'), [measured(1)]]], 1)).toEqual([]);
});

it('takes two searches', () => {
  expect(() => leaveOneOut([{ source: 'a' }], [[measured(1)]])).toThrow(/takes two searches/);
});
