import { describe, expect, test } from 'vitest';
import { holmAdjusted } from '../../../../services/domain/statistics/holm.ts';

describe('holmAdjusted', () => {
  test('multiplies the smallest of m by m, the next by m - 1 and so on, in the order given', () => {
    // Sorted: .01 x 4 = .04, .02 x 3 = .06, .03 x 2 = .06, .2 x 1 = .2.
    expect(holmAdjusted([0.03, 0.2, 0.01, 0.02])).toEqual([0.06, 0.2, 0.04, 0.06].map((p) => expect.closeTo(p, 12)));
  });

  test('lets none be smaller than one before it, or larger than 1', () => {
    // .01 x 3 = .03; .04 x 2 = .08; .05 x 1 = .05, which is less than .08.
    expect(holmAdjusted([0.01, 0.04, 0.05])).toEqual([0.03, 0.08, 0.08].map((p) => expect.closeTo(p, 12)));
    expect(holmAdjusted([0.6, 0.7])).toEqual([1, 1]);
  });

  test('leaves a lone p-value as it is', () => {
    expect(holmAdjusted([0.04])).toEqual([0.04]);
    expect(holmAdjusted([])).toEqual([]);
  });
});
