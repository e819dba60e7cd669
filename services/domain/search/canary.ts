import { randomStream, shuffled } from '../random.ts';
import type { ExecuteCommand } from '../run/command.ts';
import { fullyExecutedRounds } from '../run/earlier-rounds.ts';
import { memoryOf } from '../run/memory.ts';
import { coversAllQueries } from '../run/outcomes/executions.ts';
import { scoresByQuery } from '../run/outcomes/outcomes.ts';
import type { Round, RunState } from '../run/state.ts';
import { mean } from '../statistics/intervals.ts';

/** A workflow that fails on its canary goes back to the optimizer once; if the repair fails too, the round is over. */
export const brokenWorkflowsAllowed = 2;

/**
 * The execution that a new workflow must survive before anything else is spent on it; undefined if it has survived, or needs no
 * canary. The initial workflow needs none: there is no one to fix it.
 */
export function planCanary(state: RunState, round: Round): ExecuteCommand | undefined {
  const isNew = round.canary === undefined && round.samples.length === 0 && round.predictions.length === 0;
  if (state.configuration.search.canary !== true || round.round === 1 || !isNew) return undefined;
  const executions = [{ queryIndex: canaryQuery(state), repeat: 0 }];
  return { kind: 'execute', round: round.round, workflowHash: round.workflowHash, executions, purpose: 'canary' };
}

/**
 * The easiest query: the highest mean score over the rounds that were executed in full, otherwise over all executions so far, and
 * over the rows of earlier runs. Among equals, one from the newest sample, since the round will most likely execute it anyway;
 * then at random, once for the whole run.
 */
export function canaryQuery(state: RunState): number {
  const { configuration, rounds } = state;
  const full = fullyExecutedRounds(state);
  const known = [
    ...(full.length > 0 ? full : rounds).map(({ outcomes }) => scoresByQuery(outcomes)),
    ...memoryOf(state).map(({ queries, scores }) => new Map(queries.map((query, index) => [query, scores[index] as number]))),
  ];
  const sampled = new Set(newestSample(state));
  const order = shuffled(randomStream(configuration.seed, 'canary'), [...Array(configuration.benchmark.queryCount).keys()]);
  const ranked = order.map((query) => {
    const scores = known.flatMap((byQuery) => byQuery.get(query) ?? []);
    return { query, score: scores.length === 0 ? 0 : mean(scores), free: sampled.has(query) ? 1 : 0 };
  });
  ranked.sort((one, other) => other.score - one.score || other.free - one.free);
  return ranked[0]?.query ?? 0;
}

function newestSample({ rounds, configuration }: RunState): readonly number[] {
  const round = rounds.findLast((earlier) => earlier.samples.length > 0 && !coversAllQueries(earlier, configuration));
  return round?.samples.flatMap(({ queryIndexes }) => queryIndexes) ?? [];
}
