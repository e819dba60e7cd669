import type { RunLimits } from '../contracts/generated/scale/v1/control.ts';
import type { Job } from '../contracts/generated/scale/v1/job.ts';
import type { BudgetPart } from './amounts.ts';
import type { ScopePart } from './budgets.ts';

export const runScope = (runId: string): string => `run-${runId}`;
export const sweepScope = (sweepId: string): string => `sweep-${sweepId}`;
export const dayScope = 'day';
/** What a team may spend in a day. */
export const teamScope = (team: string): string => `team-${team}`;

/** Whether it begins anew each day. */
export function isDaily(scope: string): boolean {
  return scope === dayScope || scope.startsWith(teamScope(''));
}

/** Whether a run has a limit of its own. */
export function isLimited(limits: RunLimits | undefined): limits is RunLimits {
  if (limits === undefined) return false;
  const { tokens, calls, money, durationMs, untilMs, stopReason } = limits;
  return Math.max(tokens, calls, money, durationMs, untilMs) > 0 || stopReason !== '';
}

/** What the calls of a job count in, the narrowest scope first; none: no limit. */
export function scopesOf({ runId, work }: Pick<Job, 'runId' | 'work'>, limits: RunLimits | undefined): ScopePart[] {
  if (limits === undefined) return [];
  const part = partOf(work);
  const own = isLimited(limits) ? [{ scope: runScope(runId), part }] : [];
  // The evaluation of another run's winner spends what that one has kept for it.
  const others = limits.scopes.map((scope) => ({ scope, part: scope.startsWith(runScope('')) ? ('test' as const) : part }));
  return [...own, ...others];
}

function partOf(work: Job['work']): BudgetPart {
  if (work?.$case !== 'execute') return 'propose';
  return work.value.purpose === 'final' ? 'pick' : 'search';
}
