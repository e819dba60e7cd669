import type { Benchmark } from '../benchmark.ts';
import { scorerKinds } from './kinds/registry.ts';
import type { OwnScorer } from './kinds/scorer-kind.ts';
import { scorers } from './registry.ts';
import type { Scorer } from './scorer.ts';

export type ScorersOfBenchmark = Pick<Benchmark, 'scorer' | 'otherScorers' | 'ownScorers'>;

/** Scorers that were set up are cached: an executor scores thousands of answers with the same settings. */
const created = new WeakMap<object, OwnScorer>();

/**
 * A benchmark's own scorer of that name, otherwise the built-in one.
 * @throws UnknownNameError
 * @throws RangeError if the options of the benchmark's own scorer cannot be used
 */
export function scorerIn({ ownScorers }: Pick<Benchmark, 'ownScorers'>, name: string): Scorer & Partial<OwnScorer> {
  const settings = ownScorers?.[name];
  if (settings === undefined) return scorers.named(name);
  const known = created.get(settings);
  if (known?.name === name) return known;
  const scorer = scorerKinds.named(settings.kind).create(name, settings.options);
  created.set(settings, scorer);
  return scorer;
}

/** The one that decides, and the others. */
export function scorersIn(benchmark: ScorersOfBenchmark): readonly (Scorer & Partial<OwnScorer>)[] {
  return [benchmark.scorer, ...benchmark.otherScorers].map((name) => scorerIn(benchmark, name));
}
