import type { LimitReached, RunEvent } from '../../domain/run/event.ts';
import { isOver } from '../../domain/run/is-over.ts';
import type { RunState } from '../../domain/run/state.ts';
import { planNextStep } from '../../domain/search/plan-next-step.ts';
import { runScope, sweepScope } from '../../shared/budgets/scopes-of.ts';
import type { BudgetEnd, BudgetTable } from '../../shared/contracts/generated/scale/v1/budgets.ts';
import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { limitOf } from '../../shared/contracts/limit-codec.ts';

export type LimitedManifest = Pick<RunManifest, 'runId' | 'sweepId' | 'limits' | 'createdAtMs'>;

export interface LimitFacts {
  readonly manifest: LimitedManifest;
  /** As it is known here; undefined if there is none. */
  table(scope: string): BudgetTable | undefined;
  /** Wall-clock time. */
  readonly nowMs: number;
  /** Executions of the run are under way, or wait for a worker. */
  readonly isExecuting: boolean;
}

/** What the limits of a run, and what has been spent, mean to its log now; undefined for nothing new. */
export function limitEventOf(state: RunState, facts: LimitFacts): RunEvent | undefined {
  const reached = state.limit?.reached;
  // Once workers may go on as well.
  const isOpen = tablesOf(facts).every(({ table }) => table.ends.length === 0);
  if (reached !== undefined && isOpen && allowMore(reached, facts)) return { kind: 'limits-raised' };
  if (isOver(state) || reached?.ends === 'pick') return undefined;
  for (const { scope, table } of tablesOf(facts)) {
    for (const end of table.ends) {
      const ends = endOf(end, scope, reached === undefined, facts);
      if (ends === undefined || (ends === 'pick') !== (reached !== undefined || isPicking(state))) continue;
      return { kind: 'limit-reached', scope: scope === 'sweep' ? 'sweep' : 'run', ends, ...whatOf(end) };
    }
  }
  return undefined;
}

/** When a run's search is to end, in milliseconds since 1970; undefined: whenever it ends. */
export function endsAtMs({ limits, createdAtMs }: LimitedManifest): number | undefined {
  const { untilMs = 0, durationMs = 0 } = limits ?? {};
  const ends = [...(untilMs > 0 ? [untilMs] : []), ...(durationMs > 0 ? [createdAtMs + durationMs] : [])];
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** Whether the limits allow more than when this one was reached. */
export function allowMore(
  { limit, scope, most }: Omit<LimitReached, 'kind'>,
  { manifest, table, nowMs }: Pick<LimitFacts, 'manifest' | 'table' | 'nowMs'>,
): boolean {
  const { limits } = manifest;
  if (limit === 'stop') return (limits?.stopReason ?? '') === '';
  if (limit === 'time' && scope === 'sweep') {
    const shared = table(sweepScope(manifest.sweepId ?? ''));
    return shared !== undefined && !shared.ends.some((end) => end.limit === 'time');
  }
  if (limit === 'time') {
    const end = endsAtMs(manifest);
    return end === undefined || end > Math.max(most, nowMs);
  }
  const of = scope === 'run' ? limits : table(sweepScope(manifest.sweepId ?? ''))?.terms?.most;
  const now = of?.[limit] ?? 0;
  return scope === 'run' ? now === 0 || now > most : of !== undefined && (now === 0 || now > most);
}

function tablesOf({ manifest, table }: LimitFacts) {
  const { runId, sweepId, limits } = manifest;
  const scopes = [
    { scope: 'run', name: runScope(runId) },
    ...(sweepId === undefined ? [] : [{ scope: 'sweep', name: sweepScope(sweepId) }]),
    ...(limits?.scopes ?? []).filter((name) => name.startsWith(runScope(''))).map((name) => ({ scope: 'other run', name })),
  ];
  return scopes.flatMap(({ scope, name }) => {
    const found = table(name);
    return found === undefined ? [] : [{ scope, table: found }];
  });
}

function endOf({ part }: BudgetEnd, scope: string, isSearching: boolean, { isExecuting }: LimitFacts) {
  if (scope === 'other run') return part === 'test' && isSearching ? 'search' : undefined;
  if (part === 'pick') return 'pick';
  if (!isSearching || part === 'test') return undefined;
  // What has been proposed may still be executed.
  return part === 'propose' && isExecuting ? undefined : 'search';
}

function whatOf({ limit, most, used, reason }: BudgetEnd): Pick<LimitReached, 'limit' | 'most' | 'used' | 'reason'> {
  return { limit: limitOf(limit), most, used, ...(reason !== '' && { reason }) };
}

/** Nothing follows but the final pick. */
function isPicking(state: RunState): boolean {
  if (state.rounds.at(-1)?.completed !== true) return false;
  const [next] = planNextStep(state);
  return !(next?.kind === 'append' && next.event.kind === 'round-started');
}
