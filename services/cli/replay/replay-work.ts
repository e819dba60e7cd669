import type { Measures } from '../../domain/replay/measure.ts';
import type { RecordedSearch } from '../../domain/replay/recorded-search.ts';
import { replaySeeds } from '../../domain/replay/replay-report.ts';
import { prepareSearches } from '../../domain/replay/replay-search.ts';
import { planOf, type Strategy } from '../../domain/replay/strategy.ts';
import type { EvaluationSettings } from '../../domain/run/configuration.ts';
import { evaluationRules } from '../../domain/run/evaluation-rules.ts';
import { configured, defaultsOf } from '../../domain/settings/configured.ts';

/**
 * The settings of a run file that says nothing about evaluation: a replay is of runs as they are by default, but for the sample's
 * floor, since what it compares is what so much of all executions buys.
 */
export const replayDefaults: EvaluationSettings = configured(evaluationRules, {
  ...defaultsOf(evaluationRules),
  few_shot_floor: evaluationRules.few_shot_floor.leftOut,
});

/** One strategy on one search with some seeds: what a thread is given at a time. */
export interface ReplayJob {
  readonly strategy: Strategy;
  /** Place among the searches. */
  readonly search: number;
  readonly firstSeed: number;
  readonly seeds: number;
  readonly after: number;
}

export type ReplayWork = (job: ReplayJob) => Measures[];

export function createReplayWork(searches: readonly RecordedSearch[]): ReplayWork {
  const prepared = prepareSearches(searches);
  return ({ strategy, search, firstSeed, seeds, after }) => {
    const found = prepared[search];
    if (found === undefined) throw new RangeError(`there is no search ${search}`);
    const wanted = Array.from({ length: seeds }, (_, index) => firstSeed + index);
    return replaySeeds(found, planOf(strategy, replayDefaults), wanted, after);
  };
}
