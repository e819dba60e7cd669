import type { Random } from '../ports.ts';
import { executedScore, scoresByQuery } from '../run/outcomes/outcomes.ts';
import { sampleSize } from '../sampling/stratified-draw.ts';
import { estimate, information } from '../statistics/rasch-estimate.ts';
import { type RaschFit, withRow } from '../statistics/rasch-model.ts';
import type { EvaluationMethod, EvaluationStep, Evidence } from './evaluation-method.ts';
import { parentWeight, raschFitOf } from './rasch-fit.ts';

/**
 * Empirical-Bayes Rasch: abilities of workflows and difficulties of queries from everything executed so far, the parent's ability
 * as a prior, and the queries that are most informative about this workflow. Needs no warm-up. On recorded searches it has the
 * smallest error of all methods after a warm-up (docs/estimators.md).
 */
export const rasch: EvaluationMethod = {
  name: 'rasch',
  description: 'executes the most informative queries and fits a model of abilities and difficulties',
  label: "Rasch's model",
  mark: 'star',
  livesOnMemory: true,
  usesPrediction: false,
  next: (evidence) => askForMore(evidence) ?? scored(evidence),
};

/** Two batches: the results of the first decide what the second asks for. */
function askForMore(evidence: Evidence): EvaluationStep | undefined {
  const { sampled, queryCount, settings } = evidence;
  const wanted = sampleSize(settings, queryCount);
  if (sampled.length >= wanted) return undefined;
  const batch = sampled.length === 0 ? Math.ceil(wanted / 2) : wanted - sampled.length;
  const { fit, index } = fitWithCandidate(evidence);
  const jitter = sharedJitter(queryCount, evidence.runRandom);
  const queryIndexes = knowsQueries(fit) ? mostInformative(fit, index, jitter, batch) : nextInOrder(jitter, sampled, batch);
  return { kind: 'sample', queryIndexes, strata: [] };
}

/**
 * Whether half of the queries were executed by any workflow. Below that, the best-known queries are those that some workflow
 * failed on: asking for them again and again would make every workflow look worse than it is.
 */
function knowsQueries({ queryCount, rows }: RaschFit): boolean {
  const known = new Set(rows.flatMap(({ queries }) => queries));
  return 2 * known.size >= queryCount;
}

/** The same random queries for all workflows. */
function nextInOrder(jitter: Float64Array, sampled: readonly number[], count: number): number[] {
  const asked = new Set(sampled);
  const unseen = [...jitter.keys()].filter((query) => !asked.has(query));
  return unseen.sort((a, b) => (jitter[b] as number) - (jitter[a] as number)).slice(0, count);
}

function scored(evidence: Evidence): EvaluationStep {
  const { fit, index } = fitWithCandidate(evidence);
  const { score, variance } = estimate(fit, index);
  const executions = evidence.outcomes.length;
  const fewShot = executions === 0 ? {} : { fewShot: executedScore(evidence.outcomes).score };
  return { kind: 'score', evaluation: { method: 'rasch', score, standardError: Math.sqrt(variance), executions, ...fewShot } };
}

function fitWithCandidate(evidence: Evidence): { readonly fit: RaschFit; readonly index: number } {
  const { queryCount, memory, earlier, parentRound, outcomes } = evidence;
  const known = raschFitOf(queryCount, memory, earlier);
  const place = earlier.findIndex(({ round }) => round === parentRound);
  const parent = place < 0 ? undefined : memory.length + place;
  const scores = scoresByQuery(outcomes);
  const fit = withRow(known, { queries: [...scores.keys()], scores: [...scores.values()], parent }, parentWeight);
  return { fit, index: fit.rows.length - 1 };
}

/**
 * This many unseen queries, or all there are, the most informative first.
 * @param jitter a factor for each query, which keeps workflows on the same queries and away from the model's blind spots
 */
export function mostInformative(fit: RaschFit, index: number, jitter: Float64Array, count: number): number[] {
  const priorities = information(fit, index);
  const unseen: number[] = [];
  for (let query = 0; query < priorities.length; query += 1) {
    if (Number.isNaN(priorities[query])) continue;
    priorities[query] = (priorities[query] as number) * (jitter[query] as number);
    unseen.push(query);
  }
  return unseen.sort((a, b) => (priorities[b] as number) - (priorities[a] as number) || a - b).slice(0, count);
}

/**
 * exp of a standard normal variable for each query, the same for all workflows of a run, so that they share most of their
 * queries.
 */
export function sharedJitter(queryCount: number, random: Random): Float64Array {
  const jitter = new Float64Array(queryCount);
  for (let query = 0; query < queryCount; query += 1) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    jitter[query] = Math.exp(radius * Math.cos(2 * Math.PI * random.next()));
  }
  return jitter;
}
