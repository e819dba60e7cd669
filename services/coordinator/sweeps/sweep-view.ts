import { defined } from '../../domain/defined.ts';
import { addMoney } from '../../domain/prices/add-money.ts';
import { type CellState, isSweepOver, phaseOf, runOf, type SweepState, settingsNow } from '../../domain/sweep/sweep-state.ts';
import { sweepScope } from '../../shared/budgets/scopes-of.ts';
import {
  type GetRunResponse,
  type GetSweepResponse,
  RunStatus,
  type SweepCellView,
  type SweepSummary,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import { moneyFromProto, moneyToProto } from '../../shared/contracts/prices-codec.ts';
import { cellOutcomeToProto, sweepCellToProto, sweepSettingsToProto } from '../../shared/contracts/sweep-codec.ts';
import { mapAtOnce } from '../../shared/lifecycle/map-at-once.ts';
import type { ControlHandlers } from '../control/control-handlers.ts';
import type { Coordinator } from '../coordinator.ts';
import { type UnreadableLog, unreadableLog } from '../log/unreadable-log.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import { paidIn, spentTokensOf } from './cell-outcome.ts';

interface Parts {
  readonly getRun: ControlHandlers['getRun'];
  readonly budgets: Pick<Coordinator, 'budget'>;
}

const looksAtOnce = 16;

/** A sweep and its cells as they are now, for people and for programs. */
export async function viewOfSweep(
  parts: Parts,
  sweepId: string,
  state: SweepState,
  signal: AbortSignal,
): Promise<GetSweepResponse> {
  const cells = await mapAtOnce(state.cells, looksAtOnce, (cell) => viewOfCell(parts, cell, signal));
  const budget = parts.budgets.budget(sweepScope(sweepId));
  return { summary: summaryOf(sweepId, state, cells), cells, budgets: budget?.terms === undefined ? [] : [budget] };
}

export async function summaryOfSweep(
  parts: Parts,
  sweepId: string,
  state: SweepState,
  signal: AbortSignal,
): Promise<SweepSummary> {
  const { summary } = await viewOfSweep(parts, sweepId, state, signal);
  return summary as SweepSummary;
}

/** It stands still until a person has seen to it, as a paused one does. */
export function summaryOfUnreadable(sweepId: string, createdAtMs: number, { what, until }: UnreadableLog): SweepSummary {
  return {
    ...{ sweepId, name: sweepId, status: 'paused', reason: `${what}; ${until}`, settings: undefined, isOver: false },
    counts: { waiting: 0, running: 0, completed: 0, failed: 0, cancelled: 0, paused: 0 },
    ...{ tokens: 0, spentTokens: 0, createdAtMs, simulated: false },
  };
}

async function viewOfCell({ getRun }: Parts, cell: CellState, signal: AbortSignal): Promise<SweepCellView> {
  const state = phaseOf(cell);
  const run = runOf(cell);
  const isOld = state === 'waiting';
  const view: SweepCellView = {
    ...{ cell: sweepCellToProto(cell), state, leftOut: cell.place === undefined, pauseReason: '', needsPerson: false },
    earlierRunIds: earlierRuns(cell, isOld ? undefined : run?.runId),
    ...(run !== undefined && !isOld && { runId: run.runId, startedAtMs: run.startedAtMs }),
    ...(run?.outcome !== undefined &&
      !isOld && { outcome: cellOutcomeToProto(run.outcome), ...defined({ endedAtMs: run.endedAtMs }) }),
  };
  if (state !== 'running' || run === undefined) return view;
  let found: GetRunResponse;
  try {
    found = await getRun(run.runId, signal);
  } catch (error) {
    // It is about to begin.
    if (error instanceof RequestRefusedError) return view;
    const unreadable = unreadableLog(error);
    if (unreadable === undefined) throw error;
    return { ...view, pauseReason: `${unreadable.what}; ${unreadable.until}`, needsPerson: true };
  }
  const { manifest, summary } = found;
  const isPaused = manifest?.status === RunStatus.PAUSED;
  return {
    ...view,
    ...defined({ run: summary }),
    pauseReason: isPaused ? manifest.pauseReason : '',
    needsPerson: isPaused && (manifest.needsPerson ?? false),
  };
}

/** Each once: one that a limit of the sweep had ended may have gone on. */
function earlierRuns({ runs }: CellState, current: string | undefined): string[] {
  return [...new Set(runs.map(({ runId }) => runId))].filter((runId) => runId !== current);
}

function summaryOf(sweepId: string, state: SweepState, cells: readonly SweepCellView[]): SweepSummary {
  const { name, status, reason, createdAtMs, endedAtMs } = state;
  const present = cells.filter(({ leftOut }) => !leftOut);
  const count = (wanted: string) => present.filter((cell) => cell.state === wanted).length;
  const isOver = isSweepOver(state);
  const sum = (of: (cell: SweepCellView) => number) => cells.reduce((total, cell) => total + of(cell), 0);
  const paid = ({ outcome, run }: SweepCellView) => (outcome?.money ? moneyFromProto(outcome.money) : run && paidIn(run));
  const money = addMoney(cells.flatMap((cell) => paid(cell) ?? []));
  return {
    ...{ sweepId, name, reason, settings: sweepSettingsToProto(settingsNow(state)), isOver, createdAtMs },
    status: status === 'running' && isOver ? 'completed' : status,
    counts: {
      ...{ waiting: count('waiting'), running: count('running') },
      ...{ completed: count('completed'), failed: count('failed'), cancelled: count('cancelled') },
      paused: present.filter(({ run }) => run?.status === RunStatus.PAUSED).length,
    },
    tokens: sum(({ outcome, run }) => outcome?.tokens ?? run?.tokens ?? 0),
    spentTokens: sum(({ outcome, run }) => outcome?.spentTokens ?? (run && spentTokensOf(run)) ?? 0),
    ...defined({ endedAtMs, money: money && moneyToProto(money) }),
    simulated: cells.some(({ outcome, run }) => (outcome ?? run)?.simulated === true),
  };
}
