import { defined } from '../../domain/defined.ts';
import { countOf } from '../../domain/names/count-of.ts';
import type { GetSweepResponse, Money, SweepCellView, SweepSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { moneyFromProto } from '../../shared/contracts/prices-codec.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { formatCount, formatScore, oneLine } from '../../shared/document/format.ts';
import { shortMoney } from '../../shared/document/format-money.ts';
import { limitsDocument } from '../../shared/runs/describe-limits.ts';

const widestLabel = 24;
const longestWhy = 120;

/** E.g. "12 cells: 3 completed, 1 failed, 2 running (1 paused), 6 waiting". */
export function describeCounts({ counts }: Pick<SweepSummary, 'counts'>): string {
  const { waiting = 0, running = 0, completed = 0, failed = 0, cancelled = 0, paused = 0 } = counts ?? {};
  const held = paused === 0 ? '' : ` (${paused} paused)`;
  const parts = [
    ...(completed > 0 ? [`${completed} completed`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
    ...(running > 0 ? [`${running} running${held}`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
  ];
  const total = waiting + running + completed + failed + cancelled;
  return `${countOf(total, 'cell')}: ${parts.join(', ')}`;
}

/** Sweeps, the newest first. */
export function sweepTable(sweeps: readonly SweepSummary[]): string {
  if (sweeps.length === 0) return 'There is no sweep here yet: start one with `scale sweep FILE`.';
  const isPriced = sweeps.some(({ money }) => money !== undefined);
  const header = ['SWEEP', 'STATUS', 'CELLS', 'TOKENS', ...(isPriced ? ['COST'] : []), 'STARTED', ''];
  const rows = sweeps.map((sweep) => [
    sweep.sweepId,
    sweep.status,
    describeCounts(sweep).replace(/^\d+ cells?: /, ''),
    formatCount(sweep.tokens),
    ...(isPriced ? [costText(sweep.money)] : []),
    new Date(sweep.createdAtMs).toISOString().slice(0, 16).replace('T', ' '),
    sweep.simulated ? 'simulated model' : '',
  ]);
  return alignColumns([header, ...rows]);
}

/** What a cell is called: its labels, e.g. "gsm8k, full, 1". */
export function cellName({ cell }: SweepCellView): string {
  const values = (cell?.labels ?? []).map(({ value }) => oneLine(value, widestLabel));
  return values.length === 0 ? 'the only cell' : values.join(', ');
}

/** The state in a word; of one that runs, how far it is. */
export function cellState({ state, run, pauseReason, leftOut }: SweepCellView): string {
  if (state !== 'running') return leftOut ? `${state}, left out` : state;
  if (pauseReason !== '' || run?.waiting?.kind === 'paused') return 'paused';
  return run === undefined ? 'starting' : `round ${run.progress?.round ?? run.roundsCompleted}/${run.maxRounds}`;
}

/** The cells as a table; below it, why those without a result have none, and what holds up the others. */
export function cellTable(cells: readonly SweepCellView[]): string {
  const axes = [...new Set(cells.flatMap(({ cell }) => (cell?.labels ?? []).map(({ axis }) => axis)))];
  const costs = cells.map(({ outcome, run }) => outcome?.money ?? run?.spentMoney ?? run?.money);
  const isPriced = costs.some((cost) => cost !== undefined);
  const costIn = (cell: number): string[] => (isPriced ? [costText(costs[cell])] : []);
  const header = [...axes.map((axis) => axis.toUpperCase()), 'STATE', 'SCORE', 'TOKENS', ...(isPriced ? ['COST'] : []), 'RUN'];
  const rows = cells.map((view, cell) => [
    ...axes.map((axis) => labelOn(view, axis)),
    ...[...cellFigures(view), ...costIn(cell), view.runId ?? '-'],
  ]);
  const notes = cells.flatMap((view) => noteOf(view) ?? []);
  return [alignColumns([header, ...rows]), ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}

function costText(money: Money | undefined): string {
  return money === undefined ? '-' : shortMoney(moneyFromProto(money));
}

function labelOn({ cell }: SweepCellView, wanted: string): string {
  return oneLine(cell?.labels.find(({ axis }) => axis === wanted)?.value ?? '-', widestLabel);
}

/** State, score and tokens. */
export function cellFigures(view: SweepCellView): string[] {
  const { score, tokens } = figuresOf(view);
  return [cellState(view), score === undefined ? '-' : formatScore(score), tokens === undefined ? '-' : formatCount(tokens)];
}

function figuresOf({ outcome, run }: SweepCellView): { score?: number; tokens?: number } {
  return defined({ score: outcome === undefined ? run?.bestScore : outcome.score, tokens: outcome?.tokens ?? run?.tokens });
}

function noteOf(view: SweepCellView): string | undefined {
  const { outcome, pauseReason, run } = view;
  if (outcome !== undefined && outcome.why !== '')
    return `${cellName(view)}: ${outcome.status}: ${oneLine(outcome.why, longestWhy)}`;
  if (pauseReason !== '') return `${cellName(view)}: paused: ${oneLine(pauseReason, longestWhy)}`;
  return run?.waiting === undefined ? undefined : `${cellName(view)}: waiting: ${oneLine(run.waiting.what, longestWhy)}`;
}

/** A sweep as the documents of --json show it. */
export function sweepDocument(sweep: SweepSummary): Record<string, unknown> {
  const { sweepId, name, status, reason, counts, tokens, spentTokens, createdAtMs, endedAtMs, simulated, isOver } = sweep;
  const { waiting = 0, running = 0, completed = 0, failed = 0, cancelled = 0, paused = 0 } = counts ?? {};
  return {
    ...{ sweepId, name, status, isOver, reason: reason === '' ? null : reason },
    cells: { waiting, running, paused, completed, failed, cancelled },
    atOnce: sweep.settings?.atOnce ?? null,
    ...{ tokens, spentTokens, simulated },
    money: sweep.money === undefined ? null : moneyFromProto(sweep.money),
    createdAt: new Date(createdAtMs).toISOString(),
    endedAt: endedAtMs === undefined ? null : new Date(endedAtMs).toISOString(),
  };
}

/** The same with every cell. */
export function sweepViewDocument({ summary, cells, budgets }: GetSweepResponse): Record<string, unknown> {
  const { budgets: spent } = limitsDocument(undefined, budgets);
  return { ...sweepDocument(summary as SweepSummary), budgets: spent, runs: cells.map(cellDocument) };
}

function cellDocument(view: SweepCellView): Record<string, unknown> {
  const { cell, state, runId, outcome, earlierRunIds, leftOut, pauseReason, needsPerson, startedAtMs, endedAtMs } = view;
  const { score, tokens } = figuresOf(view);
  const at = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    labels: Object.fromEntries((cell?.labels ?? []).map(({ axis, value }) => [axis, value])),
    ...{ state, runId: runId ?? null, score: score ?? null, tokens: tokens ?? null },
    spentTokens: outcome?.spentTokens ?? null,
    money: outcome?.money === undefined ? null : moneyFromProto(outcome.money),
    why: outcome === undefined || outcome.why === '' ? null : outcome.why,
    ...{ pauseReason: pauseReason === '' ? null : pauseReason, needsPerson, earlierRunIds, leftOut },
    ...{ startedAt: at(startedAtMs), endedAt: at(endedAtMs) },
  };
}
