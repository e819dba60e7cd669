import type { BudgetAmount, BudgetTerms } from '../contracts/generated/scale/v1/budgets.ts';

/** The day in UTC, e.g. "2026-11-30". @param nowMs wall-clock time */
export function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

/** What all runs together may spend in a day. */
export function dayTerms(most: BudgetAmount, nowMs: number): BudgetTerms {
  return { most, proposing: 1, searching: 1, finalPick: 0, test: 0, period: dayOf(nowMs) };
}
