import type { Evaluation } from '../run/event.ts';
import { executedScore, scoresByQuery } from '../run/outcomes/outcomes.ts';
import { systematicDraw } from '../sampling/systematic-draw.ts';
import { mean } from '../statistics/intervals.ts';
import { binsByDifficulty, drawFewShot } from './draw-few-shot.ts';
import type { EvaluationMethod, Evidence } from './evaluation-method.ts';
import { expectedScores } from './expected-scores.ts';

/** S_few with what Eq 7 lacks: each stratum counts by its share of the population, not of the sample. */
export const weighted: EvaluationMethod = {
  name: 'weighted',
  description: 'executes a few queries and weighs each difficulty stratum by its share of all queries',
  label: 'few-shot, weighted by stratum',
  mark: 'wedge',
  usesPrediction: false,
  next: (evidence) =>
    drawFewShot(evidence, (bins, size, { random }) => systematicDraw(bins, size, random)) ?? {
      kind: 'score',
      evaluation: weightedEvaluation(evidence),
    },
};

/**
 * The weight of a stratum's expected mean (from the warm-up or from memory) against executions in it. Strata that the sample
 * missed rest on it alone.
 */
const priorExecutions = 1;

function weightedEvaluation(evidence: Evidence): Evaluation {
  const scores = scoresByQuery(evidence.outcomes);
  const executed = executedScore(evidence.outcomes);
  const base = { method: 'weighted', executions: evidence.outcomes.length, fewShot: executed.score };
  const expected = expectedScores(evidence);
  // If nothing is known about the queries there is one stratum, with nothing known about it.
  if (expected === undefined) return { ...base, ...executed };
  let score = 0;
  let variance = 0;
  for (const { queries } of binsByDifficulty(evidence)) {
    if (queries.length === 0) continue;
    const known = queries.flatMap((query) => scores.get(query) ?? []);
    const before = mean(queries.map((query) => expected[query] ?? 0));
    const weight = priorExecutions + known.length;
    const stratum = (priorExecutions * before + known.reduce((sum, value) => sum + value, 0)) / weight;
    const share = queries.length / evidence.queryCount;
    score += share * stratum;
    // Agreement within a small stratum is not certainty yet: add one success and one failure.
    const spread = ((stratum * weight + 1) / (weight + 2)) * (1 - (stratum * weight + 1) / (weight + 2));
    variance += share ** 2 * (spread / weight) * (1 - known.length / queries.length);
  }
  return { ...base, score: Math.min(1, Math.max(0, score)), standardError: Math.sqrt(variance) };
}
