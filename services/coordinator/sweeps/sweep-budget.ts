import { describeAmount } from '../../domain/run/describe-amount.ts';
import type { LimitReached } from '../../domain/run/event.ts';
import type { SweepLimits } from '../../domain/sweep/sweep-event.ts';
import type { SweepState } from '../../domain/sweep/sweep-state.ts';
import { add } from '../../shared/budgets/amounts.ts';
import { withEnd, withoutEndsBy, withTerms } from '../../shared/budgets/budget-table.ts';
import { sweepScope } from '../../shared/budgets/scopes-of.ts';
import { noLimits } from '../../shared/config/run-limits.ts';
import type { BudgetAmount, BudgetEnd, BudgetTable } from '../../shared/contracts/generated/scale/v1/budgets.ts';
import type { RunLimits, StartRunRequest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { pricesFromProto } from '../../shared/contracts/prices-codec.ts';
import { spentFromProto } from '../../shared/contracts/spending-codec.ts';
import { formatCost } from '../../shared/document/format-money.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { Coordinator } from '../coordinator.ts';
import { hasFinalPick, spentAmount, termsOf } from '../limits/budget-terms.ts';
import { createRunSpending } from '../limits/run-spending.ts';

/** What all runs of a sweep may spend together, kept in one table that the workers of all of them reserve in. */
export interface SweepBudget {
  /** Writes what the sweep's file allows now. @param starts what its cells are started with */
  keep(state: SweepState, starts: readonly StartRunRequest[], signal: AbortSignal): Promise<void>;
  /** Why no cell begins any more, a clause; undefined while they do. */
  ended(): string | undefined;
}

export interface SweepBudgetParts {
  readonly bus: Pick<Bus, 'spending' | 'runs' | 'now'>;
  readonly budgets: Pick<Coordinator, 'budget' | 'changeBudget'>;
}

export function createSweepBudget({ bus, budgets }: SweepBudgetParts, sweepId: string): SweepBudget {
  const scope = sweepScope(sweepId);
  /** In which its limit of money is told. */
  let currency: string | undefined;
  const isKept = (): boolean => budgets.budget(scope)?.terms !== undefined;

  /** What was spent before there was a table counts as well. */
  const spentSoFar = async ({ cells }: SweepState, signal: AbortSignal): Promise<BudgetAmount> => {
    const runIds = new Set(cells.flatMap(({ runs }) => runs.map(({ runId }) => runId)));
    const amounts: BudgetAmount[] = [];
    for (const runId of runIds) {
      const { prices, spent: known } = (await bus.runs.get(runId)) ?? {};
      // The notes of calls are kept for two weeks; what a run had spent when it ended, for as long as the run.
      const spent = known === undefined ? await createRunSpending(bus, runId).spent(true, signal) : spentFromProto(known);
      amounts.push(spentAmount(spent, prices && pricesFromProto(prices)));
    }
    return add(...amounts);
  };

  return {
    async keep(state, starts, signal) {
      const { limits } = state.settings;
      if (limits === undefined && !isKept()) return;
      currency = starts.find(({ prices }) => prices !== undefined)?.prices?.currency;
      const hasPick = starts.some(({ configuration }) => hasFinalPick({ configuration }));
      const terms = termsOf(asRunLimits(limits), hasPick);
      const before = isKept() ? undefined : await spentSoFar(state, signal);
      const end = sweepEndsAtMs(limits, state.createdAtMs);
      // The log's times are the server's, and no sweep ends because this machine's clock has jumped.
      const isOver = end !== undefined && end <= (await bus.now());
      await budgets.changeBudget(scope, (found) =>
        withTime(withTerms(withSpent(found, before), terms), isOver ? end : undefined),
      );
    },
    ended() {
      const end = budgets.budget(scope)?.ends.find(({ part }) => part === 'search' || part === 'propose');
      return end && describeEnd(end, currency);
    },
  };
}

/** Whether a sweep under these limits has more for a run that it has ended at this one. */
export function allowsMore(
  { limit, most, scope }: Omit<LimitReached, 'kind'>,
  limits: SweepLimits | undefined,
  { createdAtMs, nowMs }: { readonly createdAtMs: number; readonly nowMs: number },
): boolean {
  if (scope !== 'sweep' || limit === 'stop') return false;
  if (limit === 'time') {
    const end = sweepEndsAtMs(limits, createdAtMs);
    return end === undefined || end > Math.max(most, nowMs);
  }
  const now = limits?.[limit] ?? 0;
  return now === 0 || now > most;
}

export function asRunLimits(limits: SweepLimits | undefined): RunLimits {
  return { ...noLimits, ...limits };
}

function sweepEndsAtMs(limits: SweepLimits | undefined, createdAtMs: number): number | undefined {
  const { untilMs = 0, durationMs = 0 } = limits ?? {};
  const ends = [...(untilMs > 0 ? [untilMs] : []), ...(durationMs > 0 ? [createdAtMs + durationMs] : [])];
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function withSpent(found: BudgetTable, before: BudgetAmount | undefined): BudgetTable {
  if (found.terms !== undefined || before === undefined) return found;
  return { ...found, gone: [...found.gone, { part: 'search', amount: before }] };
}

/** @param end when its time was over; undefined: it is not */
function withTime(table: BudgetTable, end: number | undefined): BudgetTable {
  if (end === undefined) return withoutEndsBy(table, ['time']);
  return withEnd(table, ['propose', 'search'], { limit: 'time', most: end });
}

function describeEnd({ limit, most }: BudgetEnd, currency: string | undefined): string {
  if (limit === 'time') return 'the time of the sweep was over';
  const amount = limit === 'money' && currency !== undefined ? formatCost(most, currency) : describeAmount(limit, most);
  return `the sweep's limit of ${amount} was reached`;
}
