import { readFile } from 'node:fs/promises';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { predictionOf } from '../../domain/evaluation/evidence.ts';
import type { RecordedSearch, RecordedWorkflow } from '../../domain/replay/recorded-search.ts';
import { applyEvent } from '../../domain/search/apply-event.ts';
import { coversAllQueries } from '../../domain/search/executions.ts';
import type { Round, RunState } from '../../domain/search/state.ts';
import { decodeEvent } from '../contracts/event-codec.ts';
import { TraceError } from './trace-error.ts';

/** The state that a run's log (events.binpb: each entry with its length in front) amounts to. @throws TraceError */
export async function readRunLog(path: string): Promise<RunState> {
  try {
    const reader = new BinaryReader(await readFile(path));
    let state: RunState | undefined;
    while (reader.pos < reader.len) state = applyEvent(state, decodeEvent(reader.bytes()).event);
    if (state !== undefined) return state;
  } catch (cause) {
    throw new TraceError(path, `is no log of a run: ${(cause as Error).message}`, { cause });
  }
  throw new TraceError(path, 'is an empty log');
}

/**
 * A run of our own as a search to replay. Only rounds that were executed on every query can be: of the others the log holds
 * what the run asked for, and a replay would ask for something else.
 * @throws TraceError if there are not two such rounds
 */
export async function readRunAsSearch(path: string): Promise<RecordedSearch> {
  const { configuration, rounds } = await readRunLog(path);
  const { queryCount, name } = configuration.benchmark;
  const full = rounds.filter((round) => round.evaluation !== undefined && coversAllQueries(round, configuration));
  if (full.length < 2) {
    const rule = 'a replay needs two rounds at the least that were executed on every query, as `evaluation.method: full` does';
    throw new TraceError(path, `${full.length} of its ${rounds.length} rounds were executed in full: ${rule}`);
  }
  const places = new Map(full.map(({ round }, index) => [round, index + 1]));
  const workflows = full.map((round, index): RecordedWorkflow => {
    const predicted = predictionOf(round, configuration.evaluation.predictionAttempts);
    return {
      round: index + 1,
      parentRound: places.get(round.parentRound) ?? 0,
      repeats: repeatsOf(round, queryCount),
      ...(typeof predicted === 'number' ? { predicted } : {}),
    };
  });
  return { source: name, name: configuration.name, queryCount, workflows };
}

/** Repeats that not all queries had are left out. */
function repeatsOf({ outcomes }: Round, queryCount: number): number[][] {
  const byRepeat = Map.groupBy(outcomes, ({ repeat }) => repeat);
  return [...byRepeat.values()].flatMap((group) => {
    const scores = new Array<number>(queryCount).fill(Number.NaN);
    for (const { queryIndex, score } of group) scores[queryIndex] = score;
    return scores.some(Number.isNaN) ? [] : [scores];
  });
}
