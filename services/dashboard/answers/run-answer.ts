import { buildReport } from '../../domain/report/build-report.ts';
import { shortAmount } from '../../domain/run/describe-amount.ts';
import { countedKinds } from '../../shared/budgets/amounts.ts';
import { spentIn } from '../../shared/budgets/budget-table.ts';
import { teamScope } from '../../shared/budgets/scopes-of.ts';
import { formatShare } from '../../shared/document/format.ts';
import { formatCost } from '../../shared/document/format-money.ts';
import { describeHours } from '../../shared/runs/describe-limits.ts';
import type { RunAnswer, RunReport } from '../api/run-answer.ts';
import { type FoldedRun, stateOf } from '../runs/folded-run.ts';

/** All of the report but the matrix; undefined while the log is empty. */
export function reportShown(run: FoldedRun): RunReport | undefined {
  const state = stateOf(run);
  if (state === undefined) return undefined;
  const { record, benchmark, row, runId } = run;
  const [first] = record.events;
  const last = record.isOver() ? record.events.at(-1)?.timeMs : undefined;
  const meta = { runId, startedAtMs: first?.timeMs ?? row.createdAtMs, ...(last !== undefined && { endedAtMs: last }) };
  const events = record.events.map(({ event }) => event);
  // Without queries there is nothing to make a matrix of, which would be thrown away.
  const { matrix: _, ...report } = buildReport(state, { ...benchmark, queries: [] }, meta, {
    ...{ spent: record.spent(), prices: record.prices(), events },
  });
  return report;
}

/** Its own limits first, then those that it shares with others. */
export function limitsShown({ manifest, budgets }: FoldedRun): RunAnswer['limits'] {
  const own = { ...manifest.limits, durationMs: manifest.limits?.durationMs ?? 0, untilMs: manifest.limits?.untilMs ?? 0 };
  const currency = manifest.prices?.currency;
  const spent = budgets.flatMap((table) =>
    countedKinds.flatMap((kind) => {
      const most = table.terms?.most?.[kind] ?? 0;
      const used = spentIn(table)[kind];
      const amount = (value: number): string =>
        kind === 'money' && currency !== undefined ? formatCost(value, currency) : shortAmount(kind, value);
      const text = `${amount(used)} of ${amount(most)} spent, ${formatShare(used / most)}`;
      return most === 0 ? [] : [{ of: `${kind}${shared(table.scope)}`, text }];
    }),
  );
  return [
    ...spent,
    ...(own.durationMs > 0
      ? [{ of: 'time', text: `at most ${describeHours(own.durationMs)} from its start, pauses included` }]
      : []),
    ...(own.untilMs > 0 ? [{ of: 'time', text: `until ${new Date(own.untilMs).toISOString()}` }] : []),
  ];
}

function shared(scope: string): string {
  if (scope === 'day') return ', all runs of the day';
  if (scope.startsWith(teamScope(''))) return `, all runs of the team ${scope.slice(teamScope('').length)} today`;
  return scope.startsWith('sweep-') ? ', its sweep' : '';
}
