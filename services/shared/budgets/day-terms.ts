import type { BudgetAmount, BudgetTerms } from '../contracts/generated/scale/v1/budgets.ts';

/** The day in UTC, e.g. "2026-11-30". @param nowMs wall-clock time */
export function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

const dayMs = 24 * 60 * 60_000;

/**
 * Whether `today` is over by what has been written before: of three servers the next leader's clock may be behind, and a day that
 * begins twice has its limit twice. More than a day before, it is the written one that a wrong clock has left.
 */
export function isYesterdayOf(written: BudgetTerms | undefined, today: BudgetTerms): boolean {
  return written !== undefined && Date.parse(written.period) - Date.parse(today.period) === dayMs;
}

/** What all runs together may spend in a day. */
export function dayTerms(most: BudgetAmount, nowMs: number): BudgetTerms {
  return { most, proposing: 1, searching: 1, finalPick: 0, test: 0, period: dayOf(nowMs) };
}
