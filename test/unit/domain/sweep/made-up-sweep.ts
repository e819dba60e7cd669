import { applySweepEvent } from '../../../../services/domain/sweep/apply-sweep-event.ts';
import type { CellOutcome, SweepDefined, SweepEvent } from '../../../../services/domain/sweep/sweep-event.ts';
import type { SweepState } from '../../../../services/domain/sweep/sweep-state.ts';

export function defined(cellIds: readonly string[], again: readonly string[] = [], atOnce = 2): SweepDefined {
  const cells = cellIds.map((cellId) => ({ cellId, labels: [], writtenHash: '', benchmarkBlob: 'b' }));
  return { kind: 'sweep-defined', name: 's', settings: { atOnce }, cells, startsBlob: 'starts', again, startedBy: '' };
}

export function started(cellId: string, runId = cellId): SweepEvent {
  return { kind: 'cell-started', cellId, runId };
}

export function ended(cellId: string, status: CellOutcome['status'] = 'completed', runId = cellId): SweepEvent {
  return { kind: 'cell-ended', cellId, runId, outcome: { status, why: status === 'completed' ? '' : 'why', tokens: 10 } };
}

/** Each event a millisecond after the one before, from 1. */
export function fold(...events: readonly SweepEvent[]): SweepState {
  const state = events.reduce<SweepState | undefined>(
    (before, event, index) => applySweepEvent(before, event, index + 1),
    undefined,
  );
  if (state === undefined) throw new Error('no event');
  return state;
}
