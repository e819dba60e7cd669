import { defined } from '../defined.ts';
import { predictionOf } from '../evaluation/evidence.ts';
import { scored } from '../failure-class.ts';
import { parseConfidence } from '../replies/read-confidence.ts';
import { coversAllQueries } from '../run/outcomes/executions.ts';
import type { Round, RunState } from '../run/state.ts';
import type { RecordedSearch, RecordedWorkflow } from './recorded-search.ts';

/**
 * A run of our own as a search to replay. Only rounds that were executed on every query qualify: for the others the log holds
 * what that run asked for, and a replay would ask for something else.
 */
export function searchOfRun({ configuration, rounds }: RunState): RecordedSearch {
  const { queryCount, name, contentHash: sharedQueries } = configuration.benchmark;
  const full = rounds.filter((round) => round.evaluation !== undefined && coversAllQueries(round, configuration));
  const places = new Map(full.map(({ round }, index) => [round, index + 1]));
  const workflows = full.map((round, index): RecordedWorkflow => {
    const predicted = predictionOf(round, configuration.evaluation.predictionAttempts);
    const confidence = parseConfidence(round.proposals.at(-1)?.reply ?? '');
    return {
      round: index + 1,
      parentRound: places.get(round.parentRound) ?? 0,
      repeats: repeatsOf(round, queryCount),
      ...(typeof predicted === 'number' ? { predicted } : {}),
      ...defined({ confidence }),
    };
  });
  return { source: name, name: configuration.name, queryCount, sharedQueries, workflows };
}

/** Repeats in which some queries have no score are left out. */
function repeatsOf({ outcomes }: Round, queryCount: number): number[][] {
  const byRepeat = Map.groupBy(scored(outcomes), ({ repeat }) => repeat);
  return [...byRepeat.values()].flatMap((group) => {
    const scores = new Array<number>(queryCount).fill(Number.NaN);
    for (const { queryIndex, score } of group) scores[queryIndex] = score;
    return scores.some(Number.isNaN) ? [] : [scores];
  });
}
