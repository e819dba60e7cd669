import { defined } from '../../domain/defined.ts';
import { RunStatus, type SweepCellView, type SweepSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { moneyFromProto } from '../../shared/contracts/prices-codec.ts';
import type { RunRow } from '../api/run-row.ts';
import type { SweepAnswer, SweepCell, SweepRow } from '../api/sweep-answers.ts';

export function sweepRow(sweep: SweepSummary): SweepRow {
  const { sweepId, name, reason, isOver, counts, tokens, spentTokens, simulated, createdAtMs, endedAtMs, money } = sweep;
  const { waiting = 0, running = 0, completed = 0, failed = 0, cancelled = 0, paused = 0 } = counts ?? {};
  const states = ['running', 'paused', 'cancelled', 'completed'] as const;
  return {
    ...{ sweepId, name, isOver, tokens, spentTokens, simulated, createdAtMs },
    state: states.find((state) => state === sweep.status) ?? 'running',
    cells: { waiting, running, paused, completed, failed, cancelled },
    ...defined({ reason: reason === '' ? undefined : reason, endedAtMs, money: money && moneyFromProto(money) }),
  };
}

/** @param runs all there are: the sweep itself does not say how many rounds a run had that has ended */
export function sweepAnswer(summary: SweepSummary, cells: readonly SweepCellView[], runs: readonly RunRow[]): SweepAnswer {
  const byId = new Map(runs.map((run) => [run.runId, run]));
  const axes = [...new Set(cells.flatMap(({ cell }) => (cell?.labels ?? []).map(({ axis }) => axis)))];
  return { row: sweepRow(summary), axes, cells: cells.map((cell) => sweepCell(cell, byId.get(cell.runId ?? ''))) };
}

function sweepCell(view: SweepCellView, row: RunRow | undefined): SweepCell {
  const { cell, outcome, run, leftOut, runId, startedAtMs, endedAtMs, pauseReason } = view;
  const why = outcome?.why || pauseReason || run?.waiting?.what || undefined;
  const money = outcome?.money ?? run?.spentMoney ?? run?.money;
  const isGoingOn = run !== undefined && !hasEnded(run.status);
  return {
    labels: Object.fromEntries((cell?.labels ?? []).map(({ axis, value }) => [axis, value])),
    state: stateOf(view),
    leftOut,
    ...defined({
      runId,
      score: outcome === undefined ? run?.bestScore : outcome.score,
      tokens: outcome?.tokens ?? run?.tokens,
      money: money && moneyFromProto(money),
      why,
      round: isGoingOn ? (run.progress?.round ?? run.roundsCompleted) : row?.roundsCompleted,
      maxRounds: isGoingOn ? run.maxRounds : row?.maxRounds,
      startedAtMs,
      endedAtMs,
    }),
  };
}

function stateOf({ state, run, pauseReason }: SweepCellView): SweepCell['state'] {
  if (state === 'running' && (pauseReason !== '' || run?.status === RunStatus.PAUSED)) return 'paused';
  const known = ['waiting', 'running', 'completed', 'failed', 'cancelled'] as const;
  return known.find((each) => each === state) ?? 'running';
}
