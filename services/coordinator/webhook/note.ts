import { createHash } from 'node:crypto';
import { phaseOf, type SweepState } from '../../domain/sweep/sweep-state.ts';
import { type RunManifest, RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { oneLine } from '../../shared/document/format.ts';

/** What an address is told. The id is the same in each attempt, of whichever coordinator. */
export interface Note {
  readonly id: string;
  readonly event: NoteEvent;
  /** The run or the sweep. */
  readonly target: string;
  /** When it happened, in milliseconds since 1970. */
  readonly atMs: number;
  /** JSON. */
  readonly body: string;
}

export type NoteEvent =
  | `run.${'completed' | 'failed' | 'cancelled' | 'paused'}`
  | `sweep.${'completed' | 'cancelled' | 'paused'}`;

/** A server's own words may be long. */
const mostOfReason = 500;

const ended: ReadonlyMap<RunStatus, NoteEvent> = new Map([
  [RunStatus.COMPLETED, 'run.completed'],
  [RunStatus.FAILED, 'run.failed'],
  [RunStatus.CANCELLED, 'run.cancelled'],
]);

/** @returns undefined where there is nothing to tell: it goes on, or it is a cell whose sweep will tell of it */
export function noteOfRun(manifest: RunManifest): Note | undefined {
  const { runId, status, summary, sweepId, needsPerson = false } = manifest;
  const isPaused = status === RunStatus.PAUSED;
  const event = isPaused ? 'run.paused' : ended.get(status);
  const atMs = isPaused ? manifest.pausedAtMs : (manifest.endedAtMs ?? 0);
  // One that is being cancelled, or of an earlier version, does not say when it ended.
  if (event === undefined || atMs === 0) return undefined;
  if (sweepId !== undefined && event !== 'run.failed' && !(isPaused && needsPerson)) return undefined;
  const why = isPaused ? manifest.pauseReason : manifest.cancelReason || (summary?.progress?.failure ?? '');
  const reason = oneLine(why, mostOfReason);
  return noteOf(event, runId, atMs, {
    run: {
      ...{ id: runId, name: manifest.configuration?.name ?? '', status: event.slice('run.'.length), reason, needsPerson },
      ...{ sweepId, team: manifest.team, startedBy: manifest.startedBy },
      ...(!isPaused && { bestScore: summary?.bestScore, rounds: summary?.roundsCompleted, tokens: summary?.tokens }),
      ...(!isPaused && summary?.simulated === true && { simulated: true }),
    },
  });
}

/** @param pausedAtMs when it was paused last */
export function noteOfSweep(sweepId: string, state: SweepState, pausedAtMs: number): Note | undefined {
  const { endedAtMs, status, reason, name } = state;
  const event = endedAtMs === undefined ? 'sweep.paused' : status === 'cancelled' ? 'sweep.cancelled' : 'sweep.completed';
  if (endedAtMs === undefined && status !== 'paused') return undefined;
  const cells: Record<string, number> = {};
  for (const cell of state.cells.filter(({ place }) => place !== undefined)) {
    const phase = phaseOf(cell);
    cells[phase] = (cells[phase] ?? 0) + 1;
  }
  // Of cells that have ended: while others are under way it would be less than what was spent.
  const tokens =
    endedAtMs === undefined ? undefined : state.cells.reduce((sum, { runs }) => sum + (runs.at(-1)?.outcome?.tokens ?? 0), 0);
  return noteOf(event, sweepId, endedAtMs ?? pausedAtMs, {
    sweep: { id: sweepId, name, status: event.slice('sweep.'.length), reason, startedBy: state.startedBy, cells, tokens },
  });
}

function noteOf(event: NoteEvent, target: string, atMs: number, about: object): Note {
  const id = createHash('sha256').update(`${event} ${target} ${atMs}`).digest('hex').slice(0, 32);
  const body = JSON.stringify({ id, event, atMs, ...about });
  return { id, event, target, atMs, body };
}
