/** The grids of Rasch's model (rasch-model.ts), and sums over them: the inner loops of all inference. */
export const abilities = grid(-12, 7, 0.5);
export const difficulties = grid(-8, 8, 1);
export const abilityCount = abilities.length;
export const difficultyCount = difficulties.length;
const lapseLow = 0.005;
const lapseHigh = 0.02;

/** Success by ability and difficulty: row after row, one row per ability. */
const success = Float64Array.from({ length: abilityCount * difficultyCount }, (_, cell) => {
  const theta = abilities[Math.floor(cell / difficultyCount)] as number;
  const b = difficulties[cell % difficultyCount] as number;
  return lapseLow + (1 - lapseLow - lapseHigh) / (1 + Math.exp(b - theta));
});

/** Expected success at one ability on a query whose difficulty is believed to be `beliefs[start ..]`, which sums to 1. */
export function successAt(ability: number, beliefs: Float64Array, start: number): number {
  const row = ability * difficultyCount;
  let sum = 0;
  for (let h = 0; h < difficultyCount; h += 1) sum += (beliefs[start + h] as number) * (success[row + h] as number);
  return sum;
}

/** Expected success by difficulty for a workflow whose ability is believed to be this, which sums to 1. */
export function successByDifficulty(posterior: Float64Array, from: number, to: number, byDifficulty: Float64Array): void {
  byDifficulty.fill(0);
  for (let g = from; g < to; g += 1) {
    const weight = posterior[g] as number;
    // Far from the peak the posterior vanishes, and most of the grid is far from it.
    if (weight < 1e-9) continue;
    const row = g * difficultyCount;
    for (let h = 0; h < difficultyCount; h += 1) {
      byDifficulty[h] = (byDifficulty[h] as number) + weight * (success[row + h] as number);
    }
  }
}

/** How likely a score is at success rate p, in (0, 1). A score between 0 and 1 counts as that fraction of a success. */
export function likelihood(score: number, p: number): number {
  if (score === 1) return p;
  if (score === 0) return 1 - p;
  return p ** score * (1 - p) ** (1 - score);
}

const entropyCells = 4096;
const entropies = Float64Array.from({ length: entropyCells + 2 }, (_, cell) => {
  const p = Math.min(1, cell / entropyCells);
  return p === 0 || p === 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p);
});

/**
 * The entropy of a success rate in [0, 1], in nats; from a table, since logarithms would take most of the time. Exact to 1e-5
 * between the lapses.
 */
export function entropy(p: number): number {
  const place = p * entropyCells;
  const cell = Math.floor(place);
  const below = entropies[cell] as number;
  return below + (place - cell) * ((entropies[cell + 1] as number) - below);
}

/** In place, those from `from` up to `to`, so that they sum to 1. */
export function normalise(weights: Float64Array, from = 0, to = weights.length): void {
  let total = 0;
  for (let index = from; index < to; index += 1) total += weights[index] as number;
  for (let index = from; index < to; index += 1) weights[index] = (weights[index] as number) / total;
}

export function normalised(weights: Float64Array): Float64Array {
  const copy = weights.slice();
  normalise(copy);
  return copy;
}

export function dot(weights: Float64Array, values: Float64Array): number {
  return weights.reduce((sum, weight, index) => sum + weight * (values[index] as number), 0);
}

function grid(from: number, to: number, step: number): Float64Array {
  return Float64Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => from + index * step);
}
