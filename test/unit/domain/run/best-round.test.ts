import { expect, test } from 'vitest';
import { bestRound } from '../../../../services/domain/run/best-round.ts';
import { madeUpConfiguration } from '../search/made-up-world.ts';
import { scoredRounds } from '../search/scored-rounds.ts';

function best(...scores: (number | undefined)[]): number | undefined {
  return bestRound({ configuration: madeUpConfiguration(), status: 'running', ledger: [], rounds: scoredRounds(scores) });
}

test('the best round has the highest score, the earliest of equals', () => {
  expect(best(0.5, 0.7, 0.6)).toBe(2);
  expect(best(0.5, 0.7, 0.7)).toBe(2);
  expect(best(0, 0)).toBe(1);
  expect(best(undefined, 0.1, undefined)).toBe(2);
});

test('there is none while no round has a score', () => {
  expect(best()).toBeUndefined();
  expect(best(undefined)).toBeUndefined();
});
