import { abilities, abilityCount, difficultyCount, entropy, successAt, successByDifficulty } from './rasch-grid.ts';
import type { FittedRow, RaschFit } from './rasch-model.ts';

export interface RaschEstimate {
  /** Mean score over all queries, known and expected. */
  readonly score: number;
  readonly variance: number;
}

/** What the model expects of a workflow. @param index the place of its row */
export function estimate(fit: RaschFit, index: number): RaschEstimate {
  const { queries, scores, posterior } = fit.rows[index] as FittedRow;
  const { beliefs, queryCount } = fit;
  const seen = new Set(queries);
  const byDifficulty = new Float64Array(difficultyCount);
  successByDifficulty(posterior, 0, abilityCount, byDifficulty);
  // The sum of the unseen queries' beliefs, and the spread of single outcomes around what is expected of them.
  const unseen = new Float64Array(difficultyCount);
  let spread = 0;
  for (let query = 0; query < queryCount; query += 1) {
    if (seen.has(query)) continue;
    let expected = 0;
    for (let h = 0; h < difficultyCount; h += 1) {
      const belief = beliefs[query * difficultyCount + h] as number;
      unseen[h] = (unseen[h] as number) + belief;
      expected += belief * (byDifficulty[h] as number);
    }
    spread += expected * (1 - expected);
  }
  let first = 0;
  let second = 0;
  for (let g = 0; g < abilityCount; g += 1) {
    const weight = posterior[g] as number;
    if (weight === 0) continue;
    const share = successAt(g, unseen, 0) / queryCount;
    first += weight * share;
    second += weight * share ** 2;
  }
  const known = scores.reduce((sum, score) => sum + score, 0) / queryCount;
  const variance = Math.max(0, second - first ** 2) + (0.5 * spread) / queryCount ** 2;
  return { score: Math.min(1, Math.max(0, known + first)), variance };
}

/** By query, what a workflow with the good ones' mean ability would score. */
export function expectedByQuery({ beliefs, priors, queryCount }: RaschFit): number[] {
  const usual = abilities.reduce((nearest, theta, g) => (theta <= priors.mean ? g : nearest), 0);
  return Array.from({ length: queryCount }, (_, query) => successAt(usual, beliefs, query * difficultyCount));
}

/** Abilities that are less likely than this do not matter for what is worth executing. */
const unlikely = 1e-4;

/** What one execution would tell about the workflow's ability, in nats: mutual information, by query. NaN for seen ones. */
export function information(fit: RaschFit, index: number): Float64Array {
  const { queries, posterior } = fit.rows[index] as FittedRow;
  const promise = promiseOf(fit, index);
  const success = new Float64Array(fit.queryCount);
  const remaining = new Float64Array(fit.queryCount);
  for (let g = 0; g < abilityCount; g += 1) {
    const weight = posterior[g] as number;
    if (weight < unlikely) continue;
    const { bySuccess, byEntropy } = promise(g);
    for (let query = 0; query < fit.queryCount; query += 1) {
      success[query] = (success[query] as number) + weight * (bySuccess[query] as number);
      remaining[query] = (remaining[query] as number) + weight * (byEntropy[query] as number);
    }
  }
  const information = new Float64Array(fit.queryCount);
  for (let query = 0; query < fit.queryCount; query += 1) {
    information[query] = Math.max(0, entropy(success[query] as number) - (remaining[query] as number));
  }
  for (const query of queries) information[query] = Number.NaN;
  return information;
}

/** What each query is expected to give a workflow of some ability that has not seen it: success, and its entropy. */
interface Promised {
  readonly bySuccess: Float64Array;
  readonly byEntropy: Float64Array;
}

type Promises = (ability: number) => Promised;

const promises = new WeakMap<Float64Array, Promises>();

/**
 * Cached with the beliefs, since all workflows that are asked about share them; computed for the abilities that are asked for.
 */
function promiseOf({ rows, beliefs, beliefsBefore, queryCount }: RaschFit, index: number): Promises {
  // The newest row has changed only the beliefs about its own queries, and those are not asked for.
  const shared = (index === rows.length - 1 ? beliefsBefore : undefined) ?? beliefs;
  const known = promises.get(shared);
  if (known !== undefined) return known;
  const byAbility = new Array<Promised | undefined>(abilityCount);
  const promise: Promises = (ability) => {
    const made = byAbility[ability];
    if (made !== undefined) return made;
    const promised = { bySuccess: new Float64Array(queryCount), byEntropy: new Float64Array(queryCount) };
    // Not with from() and map(): the calls would take longer than their work.
    for (let query = 0; query < queryCount; query += 1) {
      const success = successAt(ability, shared, query * difficultyCount);
      promised.bySuccess[query] = success;
      promised.byEntropy[query] = entropy(success);
    }
    byAbility[ability] = promised;
    return promised;
  };
  promises.set(shared, promise);
  return promise;
}
