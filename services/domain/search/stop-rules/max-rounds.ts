import type { StopRule } from './stop-rule.ts';

/** Rounds that found no workflow count, or a hopeless optimizer would be asked forever. */
export function maxRounds(limit: number): StopRule {
  return ({ rounds }) => (rounds.length >= limit ? 'max-rounds' : undefined);
}
