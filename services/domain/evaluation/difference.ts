import type { Evaluation } from '../run/event.ts';
import { executedScore, scoresByQuery } from '../run/outcomes/outcomes.ts';
import { systematicDraw } from '../sampling/systematic-draw.ts';
import { mean } from '../statistics/intervals.ts';
import { drawFewShot } from './draw-few-shot.ts';
import type { EvaluationMethod, Evidence } from './evaluation-method.ts';
import { expectedScores } from './expected-scores.ts';

/**
 * The regression estimator of survey sampling: how the workflow differs on the drawn queries from what the warm-up predicts
 * there, added to the warm-up's level, and shrunk towards it, the more so the fewer executions there are.
 */
export const difference: EvaluationMethod = {
  name: 'difference',
  description: "takes the warm-up's mean and adds the difference on a few queries, with a learned slope, shrunk",
  label: 'difference to the warm-up',
  mark: 'plus',
  usesPrediction: false,
  next: (evidence) =>
    drawFewShot(evidence, (bins, size, { random }) => systematicDraw(bins, size, random)) ?? {
      kind: 'score',
      evaluation: differenceEvaluation(evidence),
    },
};

function differenceEvaluation(evidence: Evidence): Evaluation {
  const executed = executedScore(evidence.outcomes);
  const base = { method: 'difference', executions: evidence.outcomes.length, fewShot: executed.score };
  const expected = expectedScores(evidence);
  if (expected === undefined) return { ...base, ...executed };
  const level = mean(expected);
  const { slope, residualVariance } = learnSlope(evidence, expected);
  const residuals = [...scoresByQuery(evidence.outcomes)].map(
    ([query, score]) => score - slope * ((expected[query] ?? level) - level),
  );
  const between = workflowVariance(evidence, level);
  const sampling = (residualVariance / residuals.length) * (1 - residuals.length / evidence.queryCount);
  const trust = between / (between + sampling);
  const score = (1 - trust) * level + trust * mean(residuals);
  return { ...base, score: Math.min(1, Math.max(0, score)), standardError: Math.sqrt(trust * sampling) };
}

interface Slope {
  /** By how much a query's score rises with its mean in the warm-up. */
  readonly slope: number;
  /** What the slope leaves unexplained, per query. */
  readonly residualVariance: number;
}

/** Weight of the assumed slope and variance against what was executed, in executions. */
const priorExecutions = 20;
const priorSlope = 0.5;
const priorResidualVariance = 0.12;

/**
 * Least squares within workflows: each warm-up row on the mean of the others (its own would explain itself), and later rows on
 * the mean of all. With one warm-up round only later rows are informative; until then the prior is used. Without a warm-up, all
 * rows are fitted to what memory predicts.
 */
function learnSlope({ warmUp, earlier, queryCount }: Evidence, expected: readonly number[]): Slope {
  let xx = priorExecutions * 0.1;
  let xy = xx * priorSlope;
  let yy = priorExecutions * priorResidualVariance + xx * priorSlope ** 2;
  let count = priorExecutions;
  for (const row of earlier) {
    const others = warmUp.filter(({ round }) => round !== row.round);
    if ((others.length === 0 && warmUp.length > 0) || row.queries.length < 2) continue;
    const xs = row.queries.map((query) =>
      others.length === 0 ? (expected[query] ?? 0) : mean(others.map(({ scores }) => scores[query] ?? 0)),
    );
    const [meanX, meanY] = [mean(xs), mean(row.scores)];
    // A workflow that is broken, or that solves everything, says nothing about slopes.
    if (row.queries.length === queryCount && (meanY === 0 || meanY === 1)) continue;
    for (const [index, x] of xs.entries()) {
      const y = (row.scores[index] as number) - meanY;
      xx += (x - meanX) ** 2;
      xy += (x - meanX) * y;
      yy += y ** 2;
    }
    count += xs.length - 1;
  }
  const slope = xy / xx;
  return { slope, residualVariance: Math.max(0.01, (yy - slope * xy) / count) };
}

const priorWorkflows = 2;
const priorWorkflowVariance = 0.02;

/** How far workflows lie from the level of what was expected, by all scores so far. */
function workflowVariance({ earlier }: Evidence, level: number): number {
  const squares = earlier.reduce((sum, { evaluation }) => sum + (evaluation.score - level) ** 2, 0);
  return (priorWorkflows * priorWorkflowVariance + squares) / (priorWorkflows + earlier.length);
}
