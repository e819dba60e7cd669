import { abilities, abilityCount, difficulties, difficultyCount, normalise, normalised } from './rasch-grid.ts';

/** What is expected of a workflow and of a query before anything is executed. Learned from the run by empirical Bayes. */
export interface RaschPriors {
  /** Of the good workflows' ability. */
  readonly mean: number;
  readonly deviation: number;
  /** The histogram of difficulties; sums to 1. */
  readonly difficulty: Float64Array;
}

/** What was learned about one workflow. */
export interface LearnedAbility {
  readonly queries: readonly number[];
  /** Of ability; sums to 1. */
  readonly posterior: Float64Array;
  readonly meanAbility: number;
}

const difficultySpread = 3.5;
const startDifficulty = normalised(difficulties.map((b) => Math.exp(-0.5 * (b / difficultySpread) ** 2)));
/** The weight of the assumed histogram of difficulties against the queries' own. */
const startWeight = 0.3;
/** Share of workflows that are not like the others: broken, or badly formatted. */
const brokenShare = 0.12;

export const startPriors: RaschPriors = { mean: 0, deviation: 4, difficulty: startDifficulty };

/** Most are like the others, or like their parent; the rest lie anywhere below. Sums to nearly 1. */
export function abilityPrior(
  { mean, deviation }: RaschPriors,
  parentAbility: number | undefined,
  parentWeight: number,
): Float64Array {
  const near = parentAbility !== undefined && parentAbility > mean - 2 ? mean + parentWeight * (parentAbility - mean) : mean;
  const prior = new Float64Array(abilityCount);
  let below = 0;
  for (let g = 0; g < abilityCount; g += 1) {
    const theta = abilities[g] as number;
    if (theta < mean) below += 1;
    prior[g] = Math.exp(-0.5 * ((theta - near) / deviation) ** 2);
  }
  normalise(prior);
  // The lower abilities come first on the grid.
  for (let g = 0; g < abilityCount; g += 1) {
    prior[g] = (1 - brokenShare) * (prior[g] as number) + (g < below ? brokenShare / below : 0) + 1e-300;
  }
  return prior;
}

/** The good workflows' mean and spread of ability, and the histogram of difficulties. */
export function learnedPriors(rows: readonly LearnedAbility[], beliefs: Float64Array, before: RaschPriors): RaschPriors {
  const seen = rows.filter(({ queries }) => queries.length > 0);
  if (seen.length === 0) return before;
  const median = seen.map(({ meanAbility }) => meanAbility).sort((a, b) => a - b)[seen.length >> 1] as number;
  const good = seen.map(({ posterior }) => sumWhere(posterior, (theta) => theta > median - 2.5));
  const total = good.reduce((sum, weight) => sum + weight, 0);
  const mean =
    seen.reduce((sum, { meanAbility }, index) => sum + (good[index] as number) * meanAbility, 0) / Math.max(total, 1e-9);
  const squares = seen.reduce((sum, { posterior }, index) => {
    const square = posterior.reduce((inner, weight, g) => inner + weight * ((abilities[g] as number) - mean) ** 2, 0);
    return sum + (good[index] as number) * square;
  }, 0);
  const deviation = Math.min(2, Math.max(0.15, Math.sqrt((squares + 4 * 0.5 ** 2) / (total + 4))));
  return { mean, deviation, difficulty: learnedDifficulty(seen, beliefs) };
}

/**
 * From the queries that were executed: the others would only repeat what was assumed about them, and so be taken for harder or
 * easier than those, although they are no different.
 */
function learnedDifficulty(rows: readonly LearnedAbility[], beliefs: Float64Array): Float64Array {
  const executed = new Set(rows.flatMap(({ queries }) => queries));
  const histogram = startDifficulty.map((share) => startWeight * share * executed.size);
  for (const query of executed) {
    for (let h = 0; h < difficultyCount; h += 1) {
      histogram[h] = (histogram[h] as number) + (beliefs[query * difficultyCount + h] as number);
    }
  }
  return normalised(histogram);
}

function sumWhere(posterior: Float64Array, holds: (theta: number) => boolean): number {
  return posterior.reduce((sum, weight, g) => (holds(abilities[g] as number) ? sum + weight : sum), 0);
}
