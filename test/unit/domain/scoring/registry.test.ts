import { expect, it } from 'vitest';
import { scorers } from '../../../../services/domain/scoring/registry.ts';

it('finds each scorer by its name, and each name once', () => {
  for (const [name, scorer] of scorers) {
    expect(scorer.name).toBe(name);
    expect(scorers.named(name)).toBe(scorer);
  }
});

it('refuses an unknown scorer and names those there are', () => {
  expect(() => scorers.named('gsm9k')).toThrow('there is no scorer "gsm9k"; there are gsm8k-aflow, gsm8k-strict, ');
});
