import { readFile } from 'node:fs/promises';
import type { RecordedSearch } from '../../domain/replay/recorded-search.ts';
import { searchOfRun } from '../../domain/replay/search-of-run.ts';
import { applyEvent } from '../../domain/run/apply/apply-event.ts';
import type { RunState } from '../../domain/run/state.ts';
import { decodeEvent } from '../contracts/event-codec.ts';
import { DamagedRecordError, decodeRunLogFile } from '../contracts/run-log-file.ts';
import { TraceError } from './trace-error.ts';

const remedy = 'copy the file again from where it came, or write it again with `scale export RUN --what log --out FILE`';

/** The state that a run's log (events.binpb) adds up to. @throws TraceError */
export async function readRunLog(path: string): Promise<RunState> {
  try {
    let state: RunState | undefined;
    for (const entry of decodeRunLogFile(await readFile(path))) state = applyEvent(state, decodeEvent(entry).event);
    if (state !== undefined) return state;
  } catch (cause) {
    if (cause instanceof DamagedRecordError) throw new TraceError(path, `${cause.message}; ${remedy}`, { cause });
    throw new TraceError(path, `is not the log of a run: ${(cause as Error).message}`, { cause });
  }
  throw new TraceError(path, 'is an empty log');
}

/**
 * A run of our own as a search to replay.
 * @throws TraceError unless at least two rounds were executed in full
 */
export async function readRunAsSearch(path: string): Promise<RecordedSearch> {
  const state = await readRunLog(path);
  const search = searchOfRun(state);
  const full = search.workflows.length;
  if (full >= 2) return search;
  const rule = 'a replay needs at least two rounds that were executed on every query, as `evaluation.method: full` does';
  throw new TraceError(path, `${full} of its ${state.rounds.length} rounds were executed in full: ${rule}`);
}
