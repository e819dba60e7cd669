import {
  abilities,
  abilityCount,
  difficultyCount,
  dot,
  likelihood,
  normalise,
  successAt,
  successByDifficulty,
} from './rasch-grid.ts';
import { abilityPrior, type LearnedAbility, learnedPriors, type RaschPriors, startPriors } from './rasch-priors.ts';

/**
 * Rasch's model of who solves what, on grids: P(y = 1) = lo + (1 - lo - hi) sigmoid(theta - b) for a workflow of ability theta
 * and a query of difficulty b. lo and hi are lapses: a lucky guess, a slip. A score between 0 and 1 (F1) counts as that fraction
 * of a success. Inference is loopy belief propagation, one workflow at a time; costs |theta| x |b| per execution and refresh.
 */
export interface RaschRow {
  readonly queries: readonly number[];
  /** In [0, 1], parallel to the queries. */
  readonly scores: readonly number[];
  /** Index of the parent's row, undefined if it has none. */
  readonly parent: number | undefined;
}

export interface FittedRow extends RaschRow, LearnedAbility {
  readonly queries: readonly number[];
  /** One message of difficultyCount numbers per query, in their order. All are above 0, thanks to the lapses. */
  readonly messages: Float64Array;
}

/** Immutable: each function that learns returns a new one. */
export interface RaschFit {
  readonly queryCount: number;
  readonly rows: readonly FittedRow[];
  readonly priors: RaschPriors;
  /** In each query's difficulty, difficultyCount numbers that sum to 1: the prior times all messages. */
  readonly beliefs: Float64Array;
  /** Those before the newest row arrived: the same for all queries that it has not seen. */
  readonly beliefsBefore?: Float64Array;
}

/** Before any workflow is known: every query's difficulty is as the first priors have it. */
export function startRasch(queryCount: number): RaschFit {
  const beliefs = new Float64Array(queryCount * difficultyCount);
  for (let query = 0; query < queryCount; query += 1) beliefs.set(startPriors.difficulty, query * difficultyCount);
  return { queryCount, rows: [], priors: startPriors, beliefs };
}

/** With one more workflow, whose row may be empty. */
export function withRow(fit: RaschFit, row: RaschRow, parentWeight: number): RaschFit {
  const messages = new Float64Array(row.queries.length * difficultyCount).fill(1);
  const beliefs = fit.beliefs.slice();
  const fitted = refreshed(fit, beliefs, { ...row, messages, posterior: messages, meanAbility: 0 }, parentWeight);
  return { ...fit, rows: [...fit.rows, fitted], beliefs, beliefsBefore: fit.beliefs };
}

/** With more executions of a workflow that has a row: the same row, refreshed. */
export function withExecutions(fit: RaschFit, index: number, queries: readonly number[], scores: readonly number[]): RaschFit {
  const row = fit.rows[index] as FittedRow;
  const messages = new Float64Array((row.queries.length + queries.length) * difficultyCount).fill(1);
  messages.set(row.messages);
  const longer = { ...row, queries: [...row.queries, ...queries], scores: [...row.scores, ...scores], messages };
  const beliefs = fit.beliefs.slice();
  const rows = fit.rows.with(index, refreshed(fit, beliefs, longer, 0));
  return { queryCount: fit.queryCount, rows, priors: fit.priors, beliefs };
}

/** Goes through all workflows once, then learns the priors again. */
export function swept(fit: RaschFit, parentWeight: number): RaschFit {
  const beliefs = fit.beliefs.slice();
  const rows = [...fit.rows];
  for (const [index, row] of rows.entries()) rows[index] = refreshed({ ...fit, rows }, beliefs, row, parentWeight);
  const priors = learnedPriors(rows, beliefs, fit.priors);
  for (let start = 0; start < beliefs.length; start += difficultyCount) {
    for (let h = 0; h < difficultyCount; h += 1) {
      const change = (priors.difficulty[h] as number) / (fit.priors.difficulty[h] as number);
      beliefs[start + h] = (beliefs[start + h] as number) * change;
    }
    normalise(beliefs, start, start + difficultyCount);
  }
  return { queryCount: fit.queryCount, rows, priors, beliefs };
}

/** Abilities this much less likely than the likeliest are left out of the sums: they are negligible. */
const negligible = 1e-12;

/** Takes the row's messages out of the beliefs, learns its ability from what is left, and puts its new messages in. */
function refreshed(fit: RaschFit, beliefs: Float64Array, row: FittedRow, parentWeight: number): FittedRow {
  const executions = row.queries.length;
  const parentAbility = row.parent === undefined ? undefined : fit.rows[row.parent]?.meanAbility;
  const posterior = abilityPrior(fit.priors, parentAbility, parentWeight);
  const likelihoods = new Float64Array(executions * abilityCount);
  const cavity = new Float64Array(difficultyCount);
  let from = 0;
  let to = abilityCount;
  for (let execution = 0; execution < executions; execution += 1) {
    const belief = (row.queries[execution] as number) * difficultyCount;
    for (let h = 0; h < difficultyCount; h += 1) {
      cavity[h] = (beliefs[belief + h] as number) / (row.messages[execution * difficultyCount + h] as number);
    }
    normalise(cavity);
    const score = row.scores[execution] as number;
    let largest = 0;
    for (let g = from; g < to; g += 1) {
      const likely = likelihood(score, successAt(g, cavity, 0));
      likelihoods[execution * abilityCount + g] = likely;
      posterior[g] = (posterior[g] as number) * likely;
      largest = Math.max(largest, posterior[g] as number);
    }
    while ((posterior[from] as number) < negligible * largest) from += 1;
    while ((posterior[to - 1] as number) < negligible * largest) to -= 1;
    // Each execution divides by up to 200: a few hundred of them would underflow.
    if (largest < 1e-100) for (let g = from; g < to; g += 1) posterior[g] = (posterior[g] as number) / largest;
  }
  posterior.fill(0, 0, from).fill(0, to);
  const messages = new Float64Array(row.messages.length);
  const without = new Float64Array(abilityCount);
  const byDifficulty = new Float64Array(difficultyCount);
  for (let execution = 0; execution < executions; execution += 1) {
    for (let g = from; g < to; g += 1) {
      without[g] = (posterior[g] as number) / (likelihoods[execution * abilityCount + g] as number);
    }
    normalise(without, from, to);
    successByDifficulty(without, from, to, byDifficulty);
    const belief = (row.queries[execution] as number) * difficultyCount;
    const score = row.scores[execution] as number;
    for (let h = 0; h < difficultyCount; h += 1) {
      const cell = execution * difficultyCount + h;
      const message = likelihood(score, byDifficulty[h] as number);
      beliefs[belief + h] = ((beliefs[belief + h] as number) * message) / (row.messages[cell] as number);
      messages[cell] = message;
    }
    normalise(beliefs, belief, belief + difficultyCount);
  }
  normalise(posterior);
  return { ...row, messages, posterior, meanAbility: dot(posterior, abilities) };
}
