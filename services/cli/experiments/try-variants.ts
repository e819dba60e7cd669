import type { Trial } from '../../domain/experiments/compare-variants.ts';
import type { ExperimentContext } from './experiment.ts';
import { findAndTest } from './find-and-test.ts';
import type { Variant } from './variant.ts';

/**
 * Every variant with every seed on every benchmark: those of one benchmark and seed next to each other, so that pairs fill up
 * first.
 */
export async function tryVariants(context: ExperimentContext, variants: readonly Variant[]): Promise<Trial[]> {
  const { benchmarks, seeds } = context.plan;
  const choices = benchmarks.flatMap((benchmark) =>
    seeds.flatMap((seed) => variants.map((variant) => ({ benchmark, seed, variant }))),
  );
  return Promise.all(choices.map((choice) => findAndTest(context, choice)));
}
