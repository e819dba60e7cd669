import { expect, it } from 'vitest';
import { scorerOf, scorers } from '../../../../services/domain/scoring/registry.ts';

it('finds each scorer by its name, and each name once', () => {
  for (const scorer of scorers) expect(scorerOf(scorer.name)).toBe(scorer);
  expect(new Set(scorers.map(({ name }) => name)).size).toBe(scorers.length);
});

it('refuses an unknown scorer and names those there are', () => {
  expect(() => scorerOf('gsm9k')).toThrow('there is no scorer "gsm9k"; there are gsm8k-aflow, gsm8k-strict, ');
});
