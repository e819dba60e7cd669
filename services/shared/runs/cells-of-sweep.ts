import { defined } from '../../domain/defined.ts';
import type { CellRun, CellStatus, EarlierRun, ReportedCell } from '../../domain/sweep-report/reported-cell.ts';
import type { SweepAxis, SweepFacts } from '../../domain/sweep-report/sweep-report-model.ts';
import type { GetSweepResponse, SweepCellView, SweepSummary } from '../contracts/generated/scale/v1/control.ts';

/** What was read of the runs of a sweep's cells, by their ids. */
export interface SweepRuns {
  readonly runs: ReadonlyMap<string, CellRun>;
  readonly earlier: ReadonlyMap<string, EarlierRun>;
}

/** A sweep as its report sees it. */
export function cellsOfSweep(
  { summary, cells: views }: Pick<GetSweepResponse, 'cells'> & { readonly summary: SweepSummary },
  runs: SweepRuns,
): { readonly facts: SweepFacts; readonly cells: readonly ReportedCell[] } {
  const { sweepId, name, status, reason } = summary;
  return {
    facts: { sweepId, name, status, axes: axesOf(views), ...(reason !== '' && { reason }) },
    cells: views.map((view) => cellOf(view, summary, runs)),
  };
}

/** In the file's order, which is that of the cells; a value that only cells of before have is no longer one of the sweep's. */
function axesOf(views: readonly SweepCellView[]): SweepAxis[] {
  const axes = new Map<string, Set<string>>();
  for (const { axis, value } of views.filter(({ leftOut }) => !leftOut).flatMap(({ cell }) => cell?.labels ?? [])) {
    const values = axes.get(axis) ?? new Set();
    axes.set(axis, values.add(value));
  }
  return [...axes].map(([name, values]) => ({ name, values: [...values] }));
}

function cellOf(view: SweepCellView, summary: SweepSummary, { runs, earlier }: SweepRuns): ReportedCell {
  const labels = view.cell?.labels ?? [];
  const run = view.runId === undefined ? undefined : (runs.get(view.runId) ?? noted(view));
  const earlierRuns = view.earlierRunIds.map((runId) => earlier.get(runId) ?? { runId, why: lackUnknown, tokens: 0 });
  return {
    id: labels.length === 0 ? (view.cell?.cellId ?? '') : labels.map(({ value }) => value).join(', '),
    values: Object.fromEntries(labels.map(({ axis, value }) => [axis, value])),
    ...statusOf(view, summary),
    ...defined({ run }),
    ...(earlierRuns.length > 0 && { earlierRuns }),
  };
}

const lackUnknown = 'it ended without a result, and its log is gone';

const ends: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled'] satisfies CellStatus[]);

function statusOf(view: SweepCellView, summary: SweepSummary): Pick<ReportedCell, 'status' | 'reason'> {
  const { state, outcome, leftOut, pauseReason, needsPerson } = view;
  if (leftOut) return { status: 'skipped', reason: "it is not in the sweep's file any more" };
  const why = outcome === undefined || outcome.why === '' ? {} : { reason: outcome.why };
  if (ends.has(state)) return { status: state as CellStatus, ...why };
  const isDone = summary.status === 'cancelled' && summary.isOver;
  if (state === 'waiting' && isDone) return { status: 'skipped', reason: 'the sweep was cancelled before its turn came' };
  if (state === 'waiting') return { status: 'waiting' };
  if (pauseReason === '' && !needsPerson) return { status: 'running' };
  return { status: 'paused', ...(pauseReason !== '' && { reason: pauseReason }) };
}

/** What the sweep's own log says of a run whose log is no longer there: its tokens, and no score that could be compared. */
function noted({ runId, outcome }: SweepCellView): CellRun | undefined {
  if (runId === undefined || outcome === undefined) return undefined;
  const { tokens, spentTokens, simulated = false } = outcome;
  return { runId, simulated, tokens, ...defined({ spentTokens }), repeated: [], failures: [], doubts: [] };
}
