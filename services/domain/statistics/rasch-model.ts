import {
  abilities,
  abilityCount,
  difficulties,
  difficultyCount,
  dot,
  entropy,
  logLikelihood,
  normalised,
  successByAbility,
  successByDifficulty,
  toProbabilities,
} from './rasch-grid.ts';

/**
 * Rasch's model of who solves what, on grids: P(y = 1) = lo + (1 - lo - hi) sigmoid(theta - b) for a workflow of ability theta
 * and a query of difficulty b. lo and hi are lapses: a lucky guess, a slip. A score between 0 and 1 (F1) counts as that part
 * of a success. Inference is loopy belief propagation, one workflow at a time; costs |theta| x |b| an execution and refresh.
 */
const difficultySpread = 3.5;
const startDifficulties = normalised(difficulties.map((b) => Math.exp(-0.5 * (b / difficultySpread) ** 2)));
/** What the assumed histogram of difficulties weighs against the queries' own. */
const startWeight = 0.3;
/** Share of workflows that are not like the others: broken, or badly formatted. */
const brokenShare = 0.12;

export interface RaschRow {
  readonly queries: readonly number[];
  /** In [0, 1], parallel to the queries. */
  readonly scores: readonly number[];
  /** Index of the parent's row, undefined if it has none. */
  readonly parent: number | undefined;
}

interface FittedRow extends RaschRow {
  /** Of ability. */
  readonly posterior: Float64Array;
  readonly meanAbility: number;
  /** One message of difficultyCount numbers a query, in their order. */
  readonly messages: Float64Array;
}

/** Immutable: each function that learns gives a new one. */
export interface RaschFit {
  readonly queryCount: number;
  readonly rows: readonly FittedRow[];
  /** Of the good workflows' ability. */
  readonly mean: number;
  readonly deviation: number;
  readonly logPrior: Float64Array;
  /** Log belief in each query's difficulty: the prior and all messages. Not normalised. */
  readonly logBelief: Float64Array;
  /** What a query promises to a workflow that has not seen it. */
  readonly expected: ExpectedSuccess;
  /** The same before the newest row came, which is also what its unseen queries promise now: shared by fits of one round. */
  readonly expectedBefore?: ExpectedSuccess;
}

/** By query and ability. Made when first asked for: most fits are never asked. */
interface ExpectedSuccess {
  readonly bySuccess: () => Float64Array;
  readonly byEntropy: () => Float64Array;
}

function expectedSuccess(queryCount: number, logBelief: Float64Array): ExpectedSuccess {
  let bySuccess: Float64Array | undefined;
  let byEntropy: Float64Array | undefined;
  const successes = (): Float64Array => {
    if (bySuccess !== undefined) return bySuccess;
    bySuccess = new Float64Array(queryCount * abilityCount);
    for (let query = 0; query < queryCount; query += 1) {
      successByAbility(beliefIn(logBelief, query), bySuccess.subarray(query * abilityCount, (query + 1) * abilityCount));
    }
    return bySuccess;
  };
  const entropies = (): Float64Array => {
    byEntropy ??= successes().map(entropy);
    return byEntropy;
  };
  return { bySuccess: successes, byEntropy: entropies };
}

export function startRasch(queryCount: number): RaschFit {
  const logPrior = startDifficulties.map(Math.log);
  const logBelief = new Float64Array(queryCount * difficultyCount);
  for (let query = 0; query < queryCount; query += 1) logBelief.set(logPrior, query * difficultyCount);
  return { queryCount, rows: [], mean: 0, deviation: 4, logPrior, logBelief, expected: expectedSuccess(queryCount, logBelief) };
}

/** With one workflow more, whose row may be empty. */
export function withRow(fit: RaschFit, row: RaschRow, fatherWeight: number): RaschFit {
  const logBelief = fit.logBelief.slice();
  const messages = new Float64Array(row.queries.length * difficultyCount);
  const fitted = refreshed(fit, logBelief, { ...row, messages, posterior: new Float64Array(0), meanAbility: 0 }, fatherWeight);
  return { ...withBelief(fit, [...fit.rows, fitted], logBelief), expectedBefore: fit.expected };
}

function withBelief(fit: RaschFit, rows: readonly FittedRow[], logBelief: Float64Array): RaschFit {
  const { expectedBefore: _, ...rest } = fit;
  return { ...rest, rows, logBelief, expected: expectedSuccess(fit.queryCount, logBelief) };
}

/** With more executions of a workflow that has a row: the same row, refreshed. */
export function withExecutions(fit: RaschFit, index: number, queries: readonly number[], scores: readonly number[]): RaschFit {
  const row = fit.rows[index] as FittedRow;
  const messages = new Float64Array((row.queries.length + queries.length) * difficultyCount);
  messages.set(row.messages);
  const logBelief = fit.logBelief.slice();
  const longer = { ...row, queries: [...row.queries, ...queries], scores: [...row.scores, ...scores], messages };
  return withBelief(fit, fit.rows.with(index, refreshed(fit, logBelief, longer, 0)), logBelief);
}

/** Goes through all workflows once, then learns the priors anew. */
export function swept(fit: RaschFit, fatherWeight: number): RaschFit {
  const logBelief = fit.logBelief.slice();
  const rows = [...fit.rows];
  for (const [index, row] of rows.entries()) rows[index] = refreshed({ ...fit, rows }, logBelief, row, fatherWeight);
  return withPriors(withBelief(fit, rows, logBelief));
}

export interface RaschEstimate {
  /** Mean score over all queries, known and expected. */
  readonly score: number;
  readonly variance: number;
}

export function estimate(fit: RaschFit, index: number): RaschEstimate {
  const { queries, scores, posterior } = fit.rows[index] as FittedRow;
  const seen = new Set(queries);
  const bySuccess = expectedOf(fit, index).bySuccess();
  // By ability: the expected sum over the unseen queries, and the spread of single outcomes around it.
  const sums = new Float64Array(abilityCount);
  let spread = 0;
  for (let query = 0; query < fit.queryCount; query += 1) {
    if (seen.has(query)) continue;
    let expected = 0;
    for (let g = 0; g < abilityCount; g += 1) {
      const p = bySuccess[query * abilityCount + g] as number;
      sums[g] = (sums[g] as number) + p;
      expected += (posterior[g] as number) * p;
    }
    spread += expected * (1 - expected);
  }
  let first = 0;
  let second = 0;
  for (let g = 0; g < abilityCount; g += 1) {
    const share = (sums[g] as number) / fit.queryCount;
    first += (posterior[g] as number) * share;
    second += (posterior[g] as number) * share ** 2;
  }
  const known = scores.reduce((sum, score) => sum + score, 0) / fit.queryCount;
  const variance = Math.max(0, second - first ** 2) + (0.5 * spread) / fit.queryCount ** 2;
  return { score: Math.min(1, Math.max(0, known + first)), variance };
}

/** What one execution would tell about the workflow's ability, in nats: mutual information, by query. NaN for seen ones. */
export function information(fit: RaschFit, index: number): Float64Array {
  const { queries, posterior } = fit.rows[index] as FittedRow;
  const information = new Float64Array(fit.queryCount);
  for (const query of queries) information[query] = Number.NaN;
  const expected = expectedOf(fit, index);
  const bySuccess = expected.bySuccess();
  const byEntropy = expected.byEntropy();
  for (let query = 0; query < fit.queryCount; query += 1) {
    if (Number.isNaN(information[query])) continue;
    let success = 0;
    let remaining = 0;
    for (let g = 0; g < abilityCount; g += 1) {
      const weight = posterior[g] as number;
      success += weight * (bySuccess[query * abilityCount + g] as number);
      remaining += weight * (byEntropy[query * abilityCount + g] as number);
    }
    information[query] = Math.max(0, entropy(success) - remaining);
  }
  return information;
}

function expectedOf(fit: RaschFit, index: number): ExpectedSuccess {
  return (index === fit.rows.length - 1 ? fit.expectedBefore : undefined) ?? fit.expected;
}

/** Takes the row's messages out of the beliefs, learns its ability from what is left, and puts its new messages in. */
function refreshed(fit: RaschFit, logBelief: Float64Array, row: FittedRow, fatherWeight: number): FittedRow {
  const executions = row.queries.length;
  const logPosterior = logAbilityPrior(fit, row.parent, fatherWeight);
  const logLikelihoods = new Float64Array(executions * abilityCount);
  const cavity = new Float64Array(difficultyCount);
  const byAbility = new Float64Array(abilityCount);
  for (let execution = 0; execution < executions; execution += 1) {
    const belief = (row.queries[execution] as number) * difficultyCount;
    for (let h = 0; h < difficultyCount; h += 1) {
      cavity[h] = (logBelief[belief + h] as number) - (row.messages[execution * difficultyCount + h] as number);
    }
    toProbabilities(cavity);
    successByAbility(cavity, byAbility);
    const score = row.scores[execution] as number;
    for (let g = 0; g < abilityCount; g += 1) {
      const likelihood = logLikelihood(score, byAbility[g] as number);
      logLikelihoods[execution * abilityCount + g] = likelihood;
      logPosterior[g] = (logPosterior[g] as number) + likelihood;
    }
  }
  const messages = new Float64Array(row.messages.length);
  const without = new Float64Array(abilityCount);
  const byDifficulty = new Float64Array(difficultyCount);
  for (let execution = 0; execution < executions; execution += 1) {
    for (let g = 0; g < abilityCount; g += 1) {
      without[g] = (logPosterior[g] as number) - (logLikelihoods[execution * abilityCount + g] as number);
    }
    toProbabilities(without);
    successByDifficulty(without, byDifficulty);
    const belief = (row.queries[execution] as number) * difficultyCount;
    const score = row.scores[execution] as number;
    for (let h = 0; h < difficultyCount; h += 1) {
      const cell = execution * difficultyCount + h;
      const message = logLikelihood(score, byDifficulty[h] as number);
      logBelief[belief + h] = (logBelief[belief + h] as number) + message - (row.messages[cell] as number);
      messages[cell] = message;
    }
  }
  toProbabilities(logPosterior);
  return { ...row, messages, posterior: logPosterior, meanAbility: dot(logPosterior, abilities) };
}

/** Most are like the others, or like their father; the rest lie anywhere below. */
function logAbilityPrior(fit: RaschFit, parent: number | undefined, fatherWeight: number): Float64Array {
  const father = parent === undefined ? undefined : fit.rows[parent]?.meanAbility;
  const near = father !== undefined && father > fit.mean - 2 ? fit.mean + fatherWeight * (father - fit.mean) : fit.mean;
  const like = normalised(abilities.map((theta) => Math.exp(-0.5 * ((theta - near) / fit.deviation) ** 2)));
  const below = abilities.filter((theta) => theta < fit.mean).length;
  return like.map((share, g) => {
    const broken = (abilities[g] as number) < fit.mean ? brokenShare / below : 0;
    return Math.log((1 - brokenShare) * share + broken + 1e-300);
  });
}

/** Empirical Bayes: the good workflows' mean and spread of ability, and the histogram of difficulties. */
function withPriors(fit: RaschFit): RaschFit {
  const seen = fit.rows.filter(({ queries }) => queries.length > 0);
  if (seen.length === 0) return fit;
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
  return { ...withDifficultyPrior(fit), mean, deviation };
}

function withDifficultyPrior(fit: RaschFit): RaschFit {
  const histogram = startDifficulties.map((share) => startWeight * fit.queryCount * share);
  for (let query = 0; query < fit.queryCount; query += 1) {
    const belief = beliefIn(fit.logBelief, query);
    for (let h = 0; h < difficultyCount; h += 1) histogram[h] = (histogram[h] as number) + (belief[h] as number);
  }
  const logPrior = normalised(histogram).map(Math.log);
  const logBelief = fit.logBelief.slice();
  for (let cell = 0; cell < logBelief.length; cell += 1) {
    const h = cell % difficultyCount;
    logBelief[cell] = (logBelief[cell] as number) + (logPrior[h] as number) - (fit.logPrior[h] as number);
  }
  return { ...withBelief(fit, fit.rows, logBelief), logPrior };
}

function beliefIn(logBelief: Float64Array, query: number): Float64Array {
  return toProbabilities(logBelief.slice(query * difficultyCount, (query + 1) * difficultyCount));
}

function sumWhere(posterior: Float64Array, holds: (theta: number) => boolean): number {
  return posterior.reduce((sum, weight, g) => (holds(abilities[g] as number) ? sum + weight : sum), 0);
}
