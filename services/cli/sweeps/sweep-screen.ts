import type { GetSweepResponse, SweepCellView } from '../../shared/contracts/generated/scale/v1/control.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { formatCount, formatScore, oneLine } from '../../shared/document/format.ts';
import { describeLimits } from '../../shared/runs/describe-limits.ts';
import type { LiveScreen } from '../cli.ts';
import { cellFigures, cellName, describeCounts } from './describe-sweeps.ts';

/** Shows a sweep in progress: a line for each cell that ends, and below, drawn in place, what goes on. */
export interface SweepScreen {
  show(view: GetSweepResponse): void;
}

/** Of those that wait or have ended, only some fit. */
const mostRows = 20;

export function createSweepScreen(screen: LiveScreen): SweepScreen {
  const told = new Set<string>();
  const out = new Set<string>();
  let isFirst = true;
  return {
    show(view) {
      const { summary, cells, budgets } = view;
      const present = cells.filter(({ leftOut }) => !leftOut);
      const fresh = cells.filter((cell) => (cell.outcome !== undefined || cell.needsPerson) && !told.has(keyOf(cell)));
      // Several may have ended since the last view, each of which has a number of its own.
      let ended = present.filter((cell) => cell.outcome !== undefined && !fresh.includes(cell)).length;
      for (const cell of fresh) {
        told.add(keyOf(cell));
        if (cell.outcome !== undefined && !cell.leftOut) ended += 1;
        // What had ended before this command began is in the table.
        if (!isFirst)
          screen.print(cell.outcome === undefined ? describeHeld(cell) : `[${ended}/${present.length}] ${describeEnd(cell)}`);
      }
      const left = cells.filter((cell) => cell.leftOut && !out.has(cell.cell?.cellId ?? ''));
      for (const { cell } of left) out.add(cell?.cellId ?? '');
      if (!isFirst && left.length > 0) screen.notice(describeLeft(left));
      isFirst = false;
      const rows = present.filter(({ state }) => state === 'running').slice(0, mostRows);
      const { name = '', tokens = 0, status = '' } = summary ?? {};
      const state = status === 'running' ? '' : `  ${status}`;
      const head = `${oneLine(name, 40)}${state}  ${describeCounts(summary ?? {})}  ·  ${formatCount(tokens)} tokens`;
      const table =
        rows.length === 0 ? [] : alignColumns(rows.map((cell) => [`  ${cellName(cell)}`, ...cellFigures(cell)])).split('\n');
      const spent = describeLimits(summary?.settings?.limits, budgets, summary?.money?.currency).map((line) => `  ${line}`);
      screen.draw([head, ...spent, ...table]);
    },
  };
}

/** Whoever looks on has not asked for it. */
function describeLeft(cells: readonly SweepCellView[]): string {
  const which = cells.length > 3 ? `${cells.length} cells` : cells.map(cellName).join(', ');
  return `Left out from now on: ${which}. Another command has started this sweep with a file that does not name ${cells.length === 1 ? 'it' : 'them'}; two files of one name and base are one sweep.`;
}

/** A run that is taken up again has another end to tell. */
function keyOf({ outcome, runId, pauseReason, needsPerson }: SweepCellView): string {
  return `${runId} ${outcome?.status ?? (needsPerson ? pauseReason : '')}`;
}

function describeEnd(cell: SweepCellView): string {
  const { outcome, runId = '' } = cell;
  const { status = '', why = '', score, tokens = 0 } = outcome ?? {};
  const how =
    status === 'completed' ? `score ${score === undefined ? 'unknown' : formatScore(score)}` : `${status}: ${oneLine(why, 120)}`;
  return `${cellName(cell)}: ${how}, ${formatCount(tokens)} tokens (run ${runId})`;
}

function describeHeld(cell: SweepCellView): string {
  return `${cellName(cell)}: paused: ${oneLine(cell.pauseReason, 200)} (run ${cell.runId ?? ''})`;
}
