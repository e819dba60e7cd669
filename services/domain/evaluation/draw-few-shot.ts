import type { Random } from '../ports.ts';
import { shuffled } from '../random.ts';
import { type DifficultyBin, difficultyBins, undividedBin } from '../sampling/difficulty-bins.ts';
import { type StratifiedDraw, sampleSize, stratifiedDraw } from '../sampling/stratified-draw.ts';
import { systematicDraw } from '../sampling/systematic-draw.ts';
import type { EvaluationStep, Evidence } from './evaluation-method.ts';
import { expectedScores } from './expected-scores.ts';

/**
 * Asks for Dfew, unless the round has already asked for queries. With `draw: once` the first Dfew serves the whole run: all
 * workflows are compared on the same queries, and its strata are in the round that drew it. That is how the paper reads; a run
 * that draws in each round cannot overfit one small set.
 */
export function drawFewShot(evidence: Evidence, draw: Draw = drawByGamma): EvaluationStep | undefined {
  const { settings, earlierSample, queryCount } = evidence;
  if (evidence.sampled.length > 0) return undefined;
  if (settings.draw === 'once' && earlierSample !== undefined) {
    return { kind: 'sample', queryIndexes: earlierSample, strata: [] };
  }
  const size = sampleSize(settings, queryCount);
  return { kind: 'sample', ...draw(binsByDifficulty(evidence), size, evidence) };
}

/** How a sample of this size is drawn from the bins. */
export type Draw = (bins: readonly DifficultyBin[], size: number, evidence: Evidence) => StratifiedDraw;

const drawByGamma: Draw = (bins, size, evidence) => {
  const { settings, random, classes } = evidence;
  // Where nothing is known of the difficulty, the sample has of each class what all queries have.
  if (classes !== undefined && expectedScores(evidence) === undefined) return drawByClass(classes, size, random);
  return stratifiedDraw(bins, size, settings.gamma, random);
};

function drawByClass(classes: readonly number[], size: number, random: Random): StratifiedDraw {
  const byClass = Map.groupBy(classes.keys(), (query) => classes[query] as number);
  const bins = [...byClass.values()].map((queries): DifficultyBin => ({ low: 0, high: 1, queries }));
  const { queryIndexes } = systematicDraw(shuffled(random, bins), size, random);
  // As to difficulty, all of them are one stratum.
  return { queryIndexes, strata: [{ low: 0, high: 1, queries: classes.length, probability: 1, drawn: queryIndexes.length }] };
}

/** Bins over the expected scores, which are the means of the warm-up; where nothing is known, every query is in one bin. */
export function binsByDifficulty(evidence: Evidence): DifficultyBin[] {
  const expected = expectedScores(evidence);
  return expected === undefined ? undividedBin(evidence.queryCount) : difficultyBins(expected, evidence.settings.bins);
}
