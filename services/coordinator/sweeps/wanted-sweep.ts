import { mostCells } from '../../domain/sweep/expand-matrix.ts';
import type { SweepCell, SweepSettings } from '../../domain/sweep/sweep-event.ts';
import type { StartedCell, StartRunRequest, StartSweepRequest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { sweepSettingsFromProto } from '../../shared/contracts/sweep-codec.ts';
import { refuseBadLimits } from '../limits/with-limits.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import { idOfStart } from './cell-run.ts';
import { asRunLimits } from './sweep-budget.ts';

/** What a request asks of a sweep, looked over. */
export interface WantedSweep {
  readonly settings: SweepSettings;
  readonly cells: readonly { readonly cell: SweepCell; readonly start: StartRunRequest }[];
}

/** @throws RequestRefusedError */
export function wantedSweep({ name, settings, cells: given }: StartSweepRequest): WantedSweep {
  const refuse = (why: string) => new RequestRefusedError('bad-input', why);
  if (name === '' || settings === undefined) throw refuse('name and settings must be given');
  if (settings.atOnce < 1) throw refuse('settings.at_once must be at least 1');
  if (given.length === 0 || given.length > mostCells)
    throw refuse(`a sweep has 1 to ${mostCells} cells, and not ${given.length}`);
  const cells = given.map(cellOf);
  const ids = new Set(cells.map(({ cell }) => cell.cellId));
  if (ids.size < cells.length) throw refuse('two of the cells are the same run');
  const kept = sweepSettingsFromProto(settings);
  if (kept.limits !== undefined) for (const { start } of cells) refuseBadLimits(asRunLimits(kept.limits), start);
  return { settings: kept, cells };
}

function cellOf({ labels, start }: StartedCell): WantedSweep['cells'][number] {
  if (start === undefined) throw new RequestRefusedError('bad-input', 'a cell has nothing to start it with');
  const { preflight: _, benchmark: __, ...rest } = start;
  const benchmarkBlob = start.configuration?.benchmark?.contentHash ?? '';
  return {
    cell: { cellId: idOfStart(start), labels, writtenHash: start.writtenHash ?? '', benchmarkBlob },
    start: rest as StartRunRequest,
  };
}
