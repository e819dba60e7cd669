import { ScaleError } from '../errors/scale-error.ts';
import type { SweepDefined, SweepEvent, SweepShare } from './sweep-event.ts';
import { type CellState, phaseOf, type SweepState } from './sweep-state.ts';

/** Thrown where an event cannot follow what is in a sweep's log: the log is damaged, or its writer is wrong. */
export class SweepEventRefusedError extends ScaleError {
  readonly kind = 'damaged';

  constructor(event: SweepEvent['kind'], why: string) {
    super(`the sweep's event ${event} cannot be applied: ${why}`);
  }
}

/**
 * @param state undefined before the first event
 * @param timeMs of the log's entry
 * @throws SweepEventRefusedError
 */
export function applySweepEvent(state: SweepState | undefined, event: SweepEvent, timeMs: number): SweepState {
  if (event.kind === 'sweep-defined') return defined(state, event, timeMs);
  if (state === undefined) throw new SweepEventRefusedError(event.kind, 'it comes before the first definition');
  switch (event.kind) {
    case 'sweep-moved':
      return { ...state, startsBlob: event.startsBlob };
    case 'sweep-shared':
      return { ...state, share: event.share };
    case 'cell-started':
      return withCell(state, event, (cell) => {
        const phase = phaseOf(cell);
        if (phase !== 'waiting') throw new SweepEventRefusedError(event.kind, `cell ${cell.cellId} is ${phase}`);
        return { ...cell, again: false, runs: [...cell.runs, { runId: event.runId, startedAtMs: timeMs }] };
      });
    case 'cell-ended':
      return withCell(state, event, (cell) => {
        const run = cell.runs.at(-1);
        if (run === undefined || run.runId !== event.runId || run.outcome !== undefined) {
          throw new SweepEventRefusedError(event.kind, `run ${event.runId} of cell ${cell.cellId} does not go on`);
        }
        return { ...cell, runs: [...cell.runs.slice(0, -1), { ...run, endedAtMs: timeMs, outcome: event.outcome }] };
      });
    case 'sweep-paused':
      return { ...state, status: 'paused', reason: event.reason };
    case 'sweep-resumed':
      return { ...state, status: 'running', reason: '' };
    case 'sweep-cancelled':
      return { ...state, status: 'cancelled', reason: event.reason };
    case 'sweep-ended':
      return { ...state, endedAtMs: timeMs };
  }
}

function defined(state: SweepState | undefined, event: SweepDefined, timeMs: number): SweepState {
  const before = new Map((state?.cells ?? []).map((cell) => [cell.cellId, cell]));
  const again = new Set(event.again);
  const cells = event.cells.map((cell, place): CellState => {
    const known = before.get(cell.cellId);
    before.delete(cell.cellId);
    return { runs: [], ...known, ...cell, place, again: again.has(cell.cellId) || (known?.again ?? false) };
  });
  // What was paid for stays in the account.
  const leftOut = [...before.values()].map(({ place: _, ...cell }) => cell);
  const { name, settings, startsBlob, startedBy } = event;
  const { endedAtMs: _, share, ...rest } = state ?? { status: 'running', reason: '', createdAtMs: timeMs };
  // Whoever starts the same file again means nothing new by it.
  const changed = share !== undefined && isSameShare(state?.settings.share, settings.share) ? { share } : {};
  const wanted = rest.status === 'cancelled' ? ({ status: 'running', reason: '' } as const) : {};
  return { ...rest, ...wanted, ...changed, name, settings, startsBlob, startedBy, cells: [...cells, ...leftOut] };
}

function withCell(
  state: SweepState,
  { kind, cellId }: SweepEvent & { readonly cellId: string },
  change: (cell: CellState) => CellState,
): SweepState {
  const place = state.cells.findIndex((cell) => cell.cellId === cellId);
  const cell = state.cells[place];
  if (cell === undefined) throw new SweepEventRefusedError(kind, `there is no cell ${cellId}`);
  return { ...state, cells: state.cells.with(place, change(cell)) };
}

function isSameShare(one: SweepShare | undefined, other: SweepShare | undefined): boolean {
  return one?.weight === other?.weight && one?.priority === other?.priority && one?.atMost === other?.atMost;
}
