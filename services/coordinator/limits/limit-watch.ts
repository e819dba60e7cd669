import type { RunEvent } from '../../domain/run/event.ts';
import type { Spent } from '../../domain/run/ledger/spent.ts';
import type { RunState } from '../../domain/run/state.ts';
import { most } from '../../shared/budgets/amounts.ts';
import { spentIn, withEnd, withTerms } from '../../shared/budgets/budget-table.ts';
import { dayTerms, isYesterdayOf } from '../../shared/budgets/day-terms.ts';
import { isDaily, isLimited, runScope, sweepScope } from '../../shared/budgets/scopes-of.ts';
import { noLimits } from '../../shared/config/run-limits.ts';
import type { BudgetTable } from '../../shared/contracts/generated/scale/v1/budgets.ts';
import { type RunLimits, type RunManifest, RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { pricesFromProto } from '../../shared/contracts/prices-codec.ts';
import { restartingLoop } from '../../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { noPause, pausedManifest } from '../../shared/messaging/pause-run.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { hasFinalPick, spentAmount, termsOf } from './budget-terms.ts';
import { type DailyLimits, describeUsedUp } from './daily-limits.ts';
import { endsAtMs, limitEventOf } from './limit-event.ts';

/** What is known of a run that is driven here, as far as its limits go. */
export interface LimitedRun {
  readonly manifest: RunManifest;
  readonly isLeading: boolean;
  readonly isExecuting: boolean;
  /** What its calls have used; undefined if nothing was noted. */
  spent(signal: AbortSignal): Promise<Spent | undefined>;
}

export interface LimitWatch<Run> {
  /** What the limits mean to the run's log now; undefined for nothing new. */
  eventOf(run: Run, state: RunState): RunEvent | undefined;
  /** Whether a limit keeps the run from anything, as far as it is known here. */
  isReached(run: Pick<LimitedRun, 'manifest'>): boolean;
  /** Writes what the run may spend, before any of its jobs begins. */
  begin(run: Run, signal: AbortSignal): Promise<void>;
  /** What is spent and what is allowed, as it is known here: nothing of runs that are not driven here. */
  table(scope: string): BudgetTable | undefined;
  /** The same, and else as the store has it; undefined if there is no limit. */
  read(scope: string): Promise<BudgetTable | undefined>;
  /** Changes the table of a scope, which is known here from then on. */
  change(scope: string, change: (table: BudgetTable) => BudgetTable): Promise<void>;
  /** What the calls of such a run count in, beside itself. */
  scopesOf(run: { readonly sweepId: string | undefined; readonly team: string | undefined }): Promise<string[]>;
  stop(): Promise<void>;
}

export interface LimitWatchSettings<Run> {
  readonly bus: Bus;
  readonly logger: Logger;
  readonly timing: Timing;
  readonly runs: () => Iterable<Run>;
  /** Something about the run's limits may have changed. */
  readonly changed: (run: Run) => void;
  readonly daily: DailyLimits;
}

const lookEveryMs = 1_000;
/** Each so many looks, tables are read again: the store drops its oldest ones when it is full, and tells nobody. */
const looksToCompare = 30;

/**
 * Keeps the tables of the runs that are led here: what they may spend, when they are to end, and what they have spent by the
 * notes of their calls, in case a table was lost. Workers keep to the tables by themselves.
 */
export function startLimitWatch<Run extends LimitedRun>(settings: LimitWatchSettings<Run>): LimitWatch<Run> {
  const { bus, logger, timing, runs, changed, daily } = settings;
  const stopping = new AbortController();
  const tables = new Map<string, BudgetTable>();
  const loops = { signal: stopping.signal, logger, timing };
  const saw = (table: BudgetTable): void => {
    const before = tables.get(table.scope);
    tables.set(table.scope, table);
    if (JSON.stringify([before?.ends, before?.terms]) === JSON.stringify([table.ends, table.terms])) return;
    for (const run of runs()) if (countsIn(run.manifest, table.scope)) changed(run);
  };
  const update = async (scope: string, change: (table: BudgetTable) => BudgetTable): Promise<void> =>
    saw(await bus.budgets.update(scope, change));
  const read = async (scope: string): Promise<BudgetTable> =>
    tables.get(scope) ?? (await bus.budgets.update(scope, (found) => found));
  /** The same, unless it would change nothing about the table as it is known here. */
  const updateIfChanged: typeof update = async (scope, change) => {
    const known = tables.get(scope);
    if (known === undefined || change(known) !== known) await update(scope, change);
  };

  const watching = restartingLoop('watch limits', loops, async (signal) => {
    for await (const table of bus.budgets.watch(signal)) saw(table);
  });

  const writeRun = async (run: Run, write: typeof update, signal: AbortSignal): Promise<void> => {
    const { manifest } = run;
    const { limits = noLimits } = manifest;
    if (!isLimited(limits) && tables.get(runScope(manifest.runId))?.terms === undefined) return;
    const terms = termsOf(limits, hasFinalPick(manifest));
    const noted = spentAmount(await run.spent(signal), manifest.prices && pricesFromProto(manifest.prices));
    const end = endsAtMs(manifest);
    // No search ends because this machine's clock has jumped.
    const nowMs = end === undefined ? timing.wallMs() : await bus.now();
    await write(runScope(manifest.runId), (found) => {
      // What was spent before there was a table counts as well.
      const known = found.terms === undefined ? { ...found, gone: [...found.gone, { part: 'search', amount: noted }] } : found;
      const limited = withoutOldEnds(withTerms(known, terms), manifest, nowMs);
      const isMore = JSON.stringify(most(spentIn(limited), noted)) !== JSON.stringify(spentIn(limited));
      const told = isMore ? { ...limited, noted: most(limited.noted, noted) } : limited;
      const parts = ['propose', 'search'] as const;
      if (limits.stopReason !== '') return withEnd(told, parts, { limit: 'stop', most: 0, reason: limits.stopReason });
      return end !== undefined && end <= nowMs ? withEnd(told, parts, { limit: 'time', most: end }) : told;
    });
  };

  /** By the server's clock: two coordinators that disagree on the day would each begin it anew, every second. */
  const keepDay = async (write: typeof update): Promise<void> => {
    const limited = daily.all();
    if (limited.length === 0) return;
    const nowMs = await bus.now();
    for (const { scope, most: allowed } of limited) {
      const today = dayTerms(allowed, nowMs);
      await write(scope, (found) => (isYesterdayOf(found.terms, today) ? found : withTerms(found, today)));
    }
  };
  const holdByDay = async (run: Run): Promise<void> => {
    const { manifest } = run;
    const { runId, limits = noLimits, status } = manifest;
    const reached = daily.of(manifest).flatMap(({ scope, whose }) => {
      const [end] = limits.scopes.includes(scope) ? (tables.get(scope)?.ends ?? []) : [];
      return end === undefined ? [] : [{ scope, whose, end }];
    });
    const [first] = reached;
    if (first !== undefined && status === RunStatus.RUNNING) {
      const { scope, end } = first;
      const day = tables.get(scope)?.terms?.period ?? '';
      const reason = `${describeUsedUp(first.whose, end)}; the run goes on by itself after ${day}, 24:00 UTC, or with a higher limit`;
      // In one write: a run that is held by nobody would not go on by itself, and one that a person has paused must not.
      const held = await bus.runs.update(runId, (found) => {
        const paused = pausedManifest(found, reason, { nowMs: timing.wallMs() });
        return paused === found ? found : { ...paused, limits: { ...(found.limits ?? noLimits), heldBy: scope } };
      });
      if (held?.limits?.heldBy !== scope) return;
      logger.warn({ runId, limit: end.limit, most: end.most, used: end.used }, `the run is paused: ${reason}`);
      return;
    }
    if (!isDaily(limits.heldBy) || first !== undefined || status !== RunStatus.PAUSED) return;
    await bus.runs.update(runId, (found) =>
      found.limits !== undefined && found.status === RunStatus.PAUSED && isDaily(found.limits.heldBy)
        ? { ...found, status: RunStatus.RUNNING, ...noPause, limits: { ...found.limits, heldBy: '' } }
        : found,
    );
  };
  const scopesOf: LimitWatch<Run>['scopesOf'] = async ({ sweepId, team }) => {
    const scopes = daily.of({ team }).map(({ scope }) => scope);
    if (sweepId === undefined) return scopes;
    const scope = sweepScope(sweepId);
    // The watch may not have told yet what whoever leads the sweep has written.
    if (tables.get(scope)?.terms === undefined) await update(scope, (found) => found);
    return tables.get(scope)?.terms === undefined ? scopes : [...scopes, scope];
  };
  const nameScopes = async ({ manifest: { runId, sweepId, team, limits = noLimits } }: Run): Promise<void> => {
    const wanted = await scopesOf({ sweepId, team });
    const named = limits.scopes.filter(isShared);
    if (named.length === wanted.length && wanted.every((scope) => named.includes(scope))) return;
    await bus.runs.update(runId, (found) => ({ ...found, limits: withShared(found.limits ?? noLimits, wanted) }));
  };

  /** Of runs that are driven here no more; sweeps and days are few. */
  const forgetEnded = (): void => {
    const driven = [...runs()];
    for (const scope of tables.keys()) {
      if (!isShared(scope) && !driven.some(({ manifest }) => countsIn(manifest, scope))) tables.delete(scope);
    }
  };
  // What is known here came from a store that no longer exists.
  const forget = bus.onRemade(() => tables.clear());

  /** Runs whose last look failed: that is logged once. */
  const failing = new Set<string>();
  /** What is wrong with one run keeps no other from its limits; it is looked at again like all. */
  const lookAt = async (run: Run, write: typeof update, signal: AbortSignal): Promise<void> => {
    const { runId } = run.manifest;
    try {
      await nameScopes(run);
      await writeRun(run, write, signal);
      await holdByDay(run);
      failing.delete(runId);
    } catch (error) {
      if (signal.aborted) throw error;
      if (!failing.has(runId)) logger.warn({ err: error, runId }, 'what the run may spend could not be looked at');
      failing.add(runId);
    }
  };

  const looking = restartingLoop('look at limits', loops, async (signal) => {
    for (let look = 0; !signal.aborted; look += 1) {
      const write = look % looksToCompare === 0 ? update : updateIfChanged;
      await keepDay(write);
      for (const run of runs()) if (run.isLeading) await lookAt(run, write, signal);
      forgetEnded();
      const driven = new Set([...runs()].map(({ manifest }) => manifest.runId));
      for (const runId of failing) if (!driven.has(runId)) failing.delete(runId);
      await timing.sleep(lookEveryMs, signal);
    }
  });

  return {
    eventOf: (run, state) =>
      limitEventOf(state, {
        ...{ manifest: run.manifest, table: (scope) => tables.get(scope), isExecuting: run.isExecuting },
        nowMs: timing.wallMs(),
      }),
    isReached: ({ manifest }) => [...tables.values()].some(({ scope, ends }) => ends.length > 0 && countsIn(manifest, scope)),
    async begin(run, signal) {
      const { runId, limits = noLimits } = run.manifest;
      for (const scope of [runScope(runId), ...limits.scopes]) {
        const table = await read(scope);
        if (table.terms !== undefined) saw(table);
      }
      await keepDay(update);
      await nameScopes(run);
      await writeRun(run, update, signal);
    },
    table: (scope) => tables.get(scope),
    async read(scope) {
      const table = await read(scope);
      return table.terms === undefined ? undefined : table;
    },
    change: update,
    scopesOf,
    async stop() {
      stopping.abort();
      forget();
      await Promise.all([watching, looking]);
    },
  };
}

function countsIn({ runId, sweepId, limits }: RunManifest, scope: string): boolean {
  return scope === runScope(runId) || scope === sweepScope(sweepId ?? '') || (limits?.scopes.includes(scope) ?? false);
}

/** The scopes of many runs, which a coordinator names; others stay as whoever started the run has named them. */
function isShared(scope: string): boolean {
  return isDaily(scope) || scope.startsWith(sweepScope(''));
}

function withShared(limits: RunLimits, shared: readonly string[]): RunLimits {
  return { ...limits, scopes: [...limits.scopes.filter((scope) => !isShared(scope)), ...shared] };
}

/** Ends that have been put off. */
function withoutOldEnds(table: BudgetTable, manifest: RunManifest, nowMs: number): BudgetTable {
  const end = endsAtMs(manifest);
  const isOld = ({ limit }: BudgetTable['ends'][number]): boolean =>
    limit === 'time' ? end === undefined || end > nowMs : limit === 'stop' && (manifest.limits?.stopReason ?? '') === '';
  return table.ends.some(isOld) ? { ...table, ends: table.ends.filter((each) => !isOld(each)) } : table;
}
