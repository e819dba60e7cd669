import { describeAmount, shortAmount } from '../../domain/run/describe-amount.ts';
import { countedKinds } from '../budgets/amounts.ts';
import { spentIn } from '../budgets/budget-table.ts';
import { teamScope } from '../budgets/scopes-of.ts';
import type { BudgetTable } from '../contracts/generated/scale/v1/budgets.ts';
import type { RunLimits } from '../contracts/generated/scale/v1/control.ts';
import { formatShare } from '../document/format.ts';
import { formatCost } from '../document/format-money.ts';

/**
 * What a run, its sweep, its team and the day may spend, what they have, and until when; a line each.
 * @param currency of the prices by which money is counted, where it is known
 */
export function describeLimits(
  limits: RunLimits | undefined,
  budgets: readonly BudgetTable[],
  currency?: string | undefined,
): string[] {
  const lines = budgets.flatMap((table) =>
    countedKinds.flatMap((kind) => {
      const most = table.terms?.most?.[kind] ?? 0;
      if (most === 0) return [];
      const spent = spentIn(table)[kind];
      const [had, may] = [amountOf(kind, spent, currency), mostOf(kind, most, currency)];
      const lost = table.lost?.[kind] ?? 0;
      const ofLost = lost === 0 ? '' : `; ${amountOf(kind, lost, currency)} of it reserved for calls that were lost`;
      return [`${had} of ${may} spent, ${formatShare(spent / most)}${of(table.scope)}${ofLost}`];
    }),
  );
  // A limit that has just been set is in the table once the coordinator has seen it.
  for (const kind of countedKinds) {
    const most = limits?.[kind] ?? 0;
    if (most > 0 && !budgets.some(({ terms }) => terms?.most?.[kind] === most)) {
      lines.push(`at most ${mostOf(kind, most, currency)}`);
    }
  }
  const { untilMs = 0, durationMs = 0, stopReason = '' } = limits ?? {};
  if (durationMs > 0) lines.push(`at most ${describeHours(durationMs)} from its start, pauses included`);
  if (untilMs > 0) lines.push(`until ${describeTime(untilMs)}`);
  if (stopReason !== '') lines.push(`to be ended: ${stopReason}`);
  return lines;
}

/** For programs. */
export function limitsDocument(limits: RunLimits | undefined, budgets: readonly BudgetTable[]) {
  const { tokens = 0, calls = 0, money = 0, durationMs = 0, untilMs = 0, stopReason = '' } = limits ?? {};
  return {
    limits: {
      tokens: tokens || null,
      calls: calls || null,
      money: money || null,
      hours: durationMs === 0 ? null : durationMs / 3_600_000,
      until: untilMs === 0 ? null : new Date(untilMs).toISOString(),
      stopReason: stopReason || null,
    },
    budgets: budgets.map((table) => ({
      scope: table.scope,
      ...{ most: table.terms?.most ?? null, spent: spentIn(table), lost: table.lost ?? null },
      reached: table.ends.map(({ part, limit }) => ({ part, limit })),
    })),
  };
}

/** In this machine's zone, with the date. */
export function describeTime(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** "7.5 hours". */
export function describeHours(durationMs: number): string {
  const shown = (durationMs / 3_600_000).toLocaleString('en', { maximumSignificantDigits: 3 });
  return `${shown} hour${shown === '1' ? '' : 's'}`;
}

type Kind = (typeof countedKinds)[number];

/** With its unit. */
function mostOf(kind: Kind, most: number, currency: string | undefined): string {
  return currency !== undefined && kind === 'money' ? formatCost(most, currency) : describeAmount(kind, most);
}

function amountOf(kind: Kind, amount: number, currency: string | undefined): string {
  return currency !== undefined && kind === 'money' ? formatCost(amount, currency) : shortAmount(kind, amount);
}

function of(scope: string): string {
  if (scope === 'day') return ', by all runs of the day';
  if (scope.startsWith(teamScope(''))) return `, by all runs of the team ${scope.slice(teamScope('').length)} today`;
  return scope.startsWith('sweep-') ? ', by its sweep' : '';
}
