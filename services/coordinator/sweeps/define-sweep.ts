import { fruitless } from '../../domain/sweep/plan-sweep.ts';
import type { SweepCell, SweepDefined, SweepEvent, SweepSettings } from '../../domain/sweep/sweep-event.ts';
import { type CellState, isSweepOver, runOf, type SweepState } from '../../domain/sweep/sweep-state.ts';
import type { StartRunRequest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { limitFromProto } from '../../shared/contracts/limit-codec.ts';
import { decodeSweepStarts, encodeSweepStarts } from '../../shared/contracts/sweep-codec.ts';
import { mapAtOnce } from '../../shared/lifecycle/map-at-once.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { wasEndedBySweep } from './cell-outcome.ts';
import { allowsMore } from './sweep-budget.ts';
import type { WantedSweep } from './wanted-sweep.ts';

const readsAtOnce = 16;

export interface Definition extends WantedSweep {
  readonly name: string;
  readonly keepOthers: boolean;
  readonly startedBy: string;
  readonly nowMs: number;
}

/** What must be written for the sweep to be as wanted; no event where it is so already. */
export async function defineSweep(
  bus: Pick<Bus, 'blobs' | 'runs'>,
  state: SweepState | undefined,
  { name, settings, cells: given, keepOthers, startedBy, nowMs }: Definition,
): Promise<{ readonly event: SweepEvent | undefined; readonly added: number; readonly leftOut: number; readonly again: number }> {
  const known = state?.cells ?? [];
  // One that a version with other defaults has begun keeps its id.
  const wanted = given.map(({ cell, start }) => {
    const same = known.find(({ cellId }) => cellId === cell.cellId) ?? known.find((one) => isSameWritten(one, cell));
    return { cell: same === undefined ? cell : { ...cell, cellId: same.cellId }, start };
  });
  const ids = new Set(wanted.map(({ cell }) => cell.cellId));
  const before = known.filter(({ place }) => place !== undefined);
  const kept = keepOthers ? before.filter(({ cellId }) => !ids.has(cellId)) : [];
  const starts = [...(await startsOf(bus, state, kept)), ...wanted.map(({ start }) => start)];
  const cells = [...kept.map(plainCell), ...wanted.map(({ cell }) => plainCell(cell))];
  const startsBlob = await bus.blobs.put(encodeSweepStarts(starts));
  const isOver = state !== undefined && isSweepOver(state);
  const without = isOver ? fruitless(state).flatMap(({ cellId }) => (ids.has(cellId) ? [cellId] : [])) : [];
  const more = state === undefined ? [] : await endedAtLower(bus, state, { ids, limits: settings.limits, nowMs });
  const again = [...new Set([...without, ...more])];
  const wereThere = new Set(before.map(({ cellId }) => cellId));
  const isThere = new Set(cells.map(({ cellId }) => cellId));
  const counts = {
    added: cells.filter(({ cellId }) => !wereThere.has(cellId)).length,
    leftOut: before.filter(({ cellId }) => !isThere.has(cellId)).length,
    again: again.length,
  };
  const definition: SweepDefined = { kind: 'sweep-defined', name, settings, cells, startsBlob, again, startedBy };
  if (state === undefined || again.length > 0 || state.status === 'cancelled') return { event: definition, ...counts };
  const isSame =
    JSON.stringify([state.settings, before.map(plainCell)]) === JSON.stringify([settings, cells]) && counts.leftOut === 0;
  if (!isSame) return { event: definition, ...counts };
  const isWhereItWas = isOver || state.startsBlob === startsBlob;
  return { event: isWhereItWas ? undefined : { kind: 'sweep-moved', startsBlob }, ...counts };
}

/** The cells that a limit of the sweep has ended, and for which these leave more. */
async function endedAtLower(
  { runs }: Pick<Bus, 'runs'>,
  { cells, createdAtMs }: SweepState,
  { ids, limits, nowMs }: { readonly ids: ReadonlySet<string>; readonly limits: SweepSettings['limits']; readonly nowMs: number },
): Promise<string[]> {
  const over = cells.filter((cell) => ids.has(cell.cellId) && runOf(cell)?.outcome !== undefined && !cell.again);
  const found = await mapAtOnce(over, readsAtOnce, async (cell) => {
    const manifest = await runs.get(runOf(cell)?.runId ?? '');
    const reached = manifest?.summary?.progress?.limit;
    if (manifest === undefined || reached === undefined || !wasEndedBySweep(manifest)) return [];
    return allowsMore(limitFromProto(reached), limits, { createdAtMs, nowMs }) ? [cell.cellId] : [];
  });
  return found.flat();
}

async function startsOf(
  { blobs }: Pick<Bus, 'blobs'>,
  state: SweepState | undefined,
  cells: readonly CellState[],
): Promise<StartRunRequest[]> {
  if (state === undefined || cells.length === 0) return [];
  const starts = decodeSweepStarts(await blobs.get(state.startsBlob));
  return cells.flatMap(({ place }) => (place === undefined ? [] : (starts[place] ?? [])));
}

function isSameWritten(known: SweepCell, cell: SweepCell): boolean {
  return cell.writtenHash !== '' && known.writtenHash === cell.writtenHash;
}

function plainCell({ cellId, labels, writtenHash, benchmarkBlob }: SweepCell): SweepCell {
  return { cellId, labels: labels.map(({ axis, value }) => ({ axis, value })), writtenHash, benchmarkBlob };
}
