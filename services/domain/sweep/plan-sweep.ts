import type { CellOutcome } from './sweep-event.ts';
import { type CellState, isSweepOver, phaseOf, runOf, type SweepState } from './sweep-state.ts';

/** What the cluster knows of a run now. */
export interface SeenRun {
  /** Absent: it goes on. */
  readonly hasEnded: boolean;
  readonly isPaused: boolean;
  /** By its sweep, and not by itself or by a person. */
  readonly pausedBySweep: boolean;
}

export type SweepCommand =
  /** Start what the cell says: under which id, whoever carries it out finds. */
  | { readonly kind: 'start-cell'; readonly cell: CellState; readonly place: number }
  /** The log says that it was started, and the cluster does not know it. */
  | { readonly kind: 'begin-run'; readonly cell: CellState; readonly runId: string }
  /** It has ended, or will never begin: note how. */
  | { readonly kind: 'note-end'; readonly cell: CellState; readonly runId: string }
  | { readonly kind: 'pause-run' | 'resume-run' | 'cancel-run'; readonly runId: string }
  | { readonly kind: 'end-sweep' };

/**
 * What is to be done next for a sweep, in this order; nothing where it is up to its runs.
 * @param seen undefined for a run that the cluster does not know
 */
export function planSweep(state: SweepState, seen: (runId: string) => SeenRun | undefined): SweepCommand[] {
  const going = state.cells.flatMap((cell) => {
    const run = runOf(cell);
    return phaseOf(cell) === 'running' && run !== undefined ? [{ cell, runId: run.runId, seen: seen(run.runId) }] : [];
  });
  const commands: SweepCommand[] = [];
  let taken = 0;
  for (const { cell, runId, seen: run } of going) {
    const isMoot = run === undefined && (state.status === 'cancelled' || cell.place === undefined);
    if (run?.hasEnded || isMoot) {
      commands.push({ kind: 'note-end', cell, runId });
      continue;
    }
    if (run === undefined) {
      if (state.status === 'running') commands.push({ kind: 'begin-run', cell, runId });
    } else if (state.status === 'cancelled') commands.push({ kind: 'cancel-run', runId });
    else if (state.status === 'paused' && !run.isPaused) commands.push({ kind: 'pause-run', runId });
    else if (state.status === 'running' && run.pausedBySweep) commands.push({ kind: 'resume-run', runId });
    // One that is held up, by a person or for want of one, must not hold up the others.
    if (run === undefined || !run.isPaused || run.pausedBySweep) taken += 1;
  }
  if (state.status === 'running') {
    const free = Math.max(0, state.settings.atOnce - taken);
    const waiting = state.cells.filter((cell) => phaseOf(cell) === 'waiting');
    const next = waiting.flatMap((cell) => (cell.place === undefined ? [] : [{ cell, place: cell.place }])).slice(0, free);
    for (const { cell, place } of next) commands.push({ kind: 'start-cell', cell, place });
  }
  if (commands.length === 0 && state.endedAtMs === undefined && isSweepOver(state)) commands.push({ kind: 'end-sweep' });
  return commands;
}

/** The cells whose last run ended without a result. */
export function fruitless(state: SweepState): CellState[] {
  return state.cells.filter((cell) => cell.place !== undefined && isFruitless(runOf(cell)?.outcome) && !cell.again);
}

function isFruitless(outcome: CellOutcome | undefined): boolean {
  return outcome !== undefined && outcome.status !== 'completed';
}
