/** The grids of Rasch's model (rasch-model.ts), and sums over them: the inner loops of all inference. */
export const abilities = grid(-12, 7, 0.25);
export const difficulties = grid(-8, 8, 0.5);
export const abilityCount = abilities.length;
export const difficultyCount = difficulties.length;
const lapseLow = 0.005;
const lapseHigh = 0.02;

/** Success by ability and difficulty: row after row, a row an ability. */
const success = Float64Array.from({ length: abilityCount * difficultyCount }, (_, cell) => {
  const theta = abilities[Math.floor(cell / difficultyCount)] as number;
  const b = difficulties[cell % difficultyCount] as number;
  return lapseLow + (1 - lapseLow - lapseHigh) / (1 + Math.exp(b - theta));
});

export function successByAbility(belief: Float64Array, byAbility: Float64Array): void {
  for (let g = 0; g < abilityCount; g += 1) {
    let sum = 0;
    const row = g * difficultyCount;
    for (let h = 0; h < difficultyCount; h += 1) sum += (belief[h] as number) * (success[row + h] as number);
    byAbility[g] = sum;
  }
}

export function successByDifficulty(posterior: Float64Array, byDifficulty: Float64Array): void {
  byDifficulty.fill(0);
  for (let g = 0; g < abilityCount; g += 1) {
    const weight = posterior[g] as number;
    // Far from the peak nothing is left of the posterior, and most of the grid is far from it.
    if (weight < 1e-12) continue;
    const row = g * difficultyCount;
    for (let h = 0; h < difficultyCount; h += 1) {
      byDifficulty[h] = (byDifficulty[h] as number) + weight * (success[row + h] as number);
    }
  }
}

export function logLikelihood(score: number, p: number): number {
  if (score === 1) return Math.log(p);
  if (score === 0) return Math.log(1 - p);
  return score * Math.log(p) + (1 - score) * Math.log(1 - p);
}

export function entropy(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p);
}

/** exp of these, summing to 1, in their place; relative to the largest, so that not all of them underflow. */
export function toProbabilities(logs: Float64Array): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < logs.length; index += 1) largest = Math.max(largest, logs[index] as number);
  let total = 0;
  for (let index = 0; index < logs.length; index += 1) {
    const below = (logs[index] as number) - largest;
    // exp is most of the work here, and e^-40 is nothing beside 1.
    const weight = below < -40 ? 0 : Math.exp(below);
    logs[index] = weight;
    total += weight;
  }
  for (let index = 0; index < logs.length; index += 1) logs[index] = (logs[index] as number) / total;
  return logs;
}

export function normalised(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

export function dot(weights: Float64Array, values: Float64Array): number {
  return weights.reduce((sum, weight, index) => sum + weight * (values[index] as number), 0);
}

function grid(from: number, to: number, step: number): Float64Array {
  return Float64Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => from + index * step);
}
