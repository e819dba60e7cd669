import { evaluationMethods } from '../evaluation/registry.ts';
import { parallelismOf } from '../run/rounds-seen.ts';
import type { Round, RunState } from '../run/state.ts';

/** When each round of a run began and ended, by the log's clock; a round in progress has no end. */
export type RoundTimes = ReadonlyMap<number, { readonly startMs: number; readonly endMs?: number }>;

/**
 * How long a search will still take, by the pace at which its latest rounds of each kind, executed in full or on a sample, came
 * to an end: the latest, since workflows grow as a search goes on, and never the first, which proposes nothing. Then the final
 * pick. A search that converges ends sooner.
 * @param nowMs on the log's clock
 * @returns undefined until a round like those that are left has ended
 */
export function estimateLeftMs(state: RunState, times: RoundTimes, nowMs: number): number | undefined {
  const { search, evaluation } = state.configuration;
  const executesAll = evaluationMethods.get(evaluation.method)?.executesAll === true;
  const isFull = (round: number): boolean => executesAll || round <= evaluation.warmUpRounds;
  const together = parallelismOf(state.configuration);
  const ended = state.rounds.filter(({ round, completed }) => completed && times.get(round)?.endMs !== undefined);
  const later = ended.filter(({ round }) => round > 1);
  const pace = {
    full: paceMs(
      later.filter(({ round }) => isFull(round)),
      together,
      times,
    ),
    few: paceMs(
      later.filter(({ round }) => !isFull(round)),
      together,
      times,
    ),
  };
  const completed = new Set(state.rounds.flatMap(({ round, completed: isDone }) => (isDone ? [round] : [])));
  const sinceMs = Math.max(0, nowMs - Math.max(...ended.map(({ round }) => times.get(round)?.endMs ?? 0)));
  let leftMs = 0;
  for (let round = 1; round <= search.maxRounds; round += 1) {
    if (completed.has(round)) continue;
    const expected = isFull(round) ? pace.full : pace.few;
    if (expected === undefined) return undefined;
    leftMs += leftMs === 0 ? Math.max(0, expected - sinceMs) : expected;
  }
  return leftMs + pickLeftMs(state, pace.few ?? pace.full ?? 0, completed.size < search.maxRounds ? 0 : sinceMs);
}

/**
 * The time from the end of a round to that of the next, of all that are under way. The log has rounds in order, and one that was
 * ahead of it ends there in no time: so it is as many as are under way together that tell. Median, since an interruption is
 * in some of these stretches, and of no pace.
 */
function paceMs(rounds: readonly Round[], together: number, times: RoundTimes): number | undefined {
  const stretch = Math.min(together, rounds.length);
  const paces = rounds.slice(Math.max(0, stretch - 1)).map((last, index) => {
    const first = rounds[index] ?? last;
    const { endMs = 0 } = times.get(last.round) ?? {};
    return (endMs - (times.get(first.round)?.startMs ?? endMs)) / stretch;
  });
  const latest = paces.slice(-(2 * together + 1)).sort((one, other) => one - other);
  return latest[Math.floor(latest.length / 2)];
}

/**
 * The final pick halves the field, rung by rung. Each waits for the slowest of its executions, as a round does, whose own time is
 * that of all that are under way with it; half of that went into its proposal and its canary.
 */
function pickLeftMs({ configuration }: RunState, pace: number, sinceMs: number): number {
  const { maxRounds, finalPick } = configuration.search;
  if (finalPick === undefined || finalPick.policy === 'argmax') return 0;
  const rung = pace * Math.max(1, parallelismOf(configuration) / 2);
  return Math.max(rung, rung * Math.log2(Math.max(2, maxRounds)) - sinceMs);
}
