import { randomUUID } from 'node:crypto';
import type { BudgetAmount } from '../contracts/generated/scale/v1/budgets.ts';
import { coerceError } from '../errors/coerce-error.ts';
import { createHolderDeaths } from '../lifecycle/holder-deaths.ts';
import { restartingLoop } from '../lifecycle/restarting-loop.ts';
import type { Timing } from '../lifecycle/timing.ts';
import type { BudgetTableStore } from '../messaging/table-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type BudgetPart, nothing } from './amounts.ts';
import { type BudgetAccount, createBudgetAccount, type Reservation } from './budget-account.ts';

/** This process's part of the budgets of all scopes in which it makes calls. */
export interface Budgets {
  /**
   * Resolves when there is room for a call in each of its scopes, which is then reserved there.
   * @param isNow do not wait for calls under way to end
   * @throws BudgetSpentError; the signal's reason
   */
  reserve(scopes: readonly ScopePart[], need: CallNeed, signal: AbortSignal, isNow?: boolean): Promise<Reservation>;
  /** What a call took that was not reserved for, such as one that tries an endpoint. */
  spend(scopes: readonly ScopePart[], taken: BudgetAmount): void;
  close(): Promise<void>;
}

/** What a call counts in, and as what there. */
export interface ScopePart {
  readonly scope: string;
  readonly part: BudgetPart;
}

export interface CallNeed {
  readonly expected: BudgetAmount;
  readonly least: BudgetAmount;
}

export interface BudgetsSettings {
  readonly store: BudgetTableStore;
  /** The worker's name, for people. */
  readonly name: string;
  /** Others count what this process has reserved as lost once it has been silent for this long. */
  readonly ttlMs: number;
  readonly timing: Timing;
  readonly logger: Logger;
  /** Of this process alone, without a slash; random if not given. */
  readonly id?: string;
  /** Whether the process that had this id is known to have ended. */
  readonly hasEnded?: (id: string) => boolean;
}

const mostIdle = 64;

export function createBudgets(settings: BudgetsSettings): Budgets {
  const { store, name, ttlMs, timing, logger, id = randomUUID(), hasEnded = () => false } = settings;
  const accounts = new Map<string, BudgetAccount>();
  let opened = 0;
  const deaths = createHolderDeaths(timing, hasEnded, () => {
    for (const account of accounts.values()) account.lookAgain();
  });
  const stopping = new AbortController();
  let watching: Promise<void> | undefined;
  const watch = () =>
    restartingLoop('watch budgets', { logger, timing, signal: stopping.signal }, async (signal) => {
      for await (const table of store.watch(signal)) {
        const account = accounts.get(table.scope);
        if (account === undefined) continue;
        deaths.saw(table.scope, table.holders);
        account.saw(table);
      }
    });
  const accountOf = (scope: string): BudgetAccount => {
    const known = accounts.get(scope);
    if (known) return known;
    watching ??= watch();
    // Those of runs that have ended.
    if (accounts.size >= mostIdle) for (const [of, { isIdle }] of accounts) if (isIdle()) accounts.delete(of);
    opened += 1;
    const account = createBudgetAccount({
      ...{ scope, holder: `${name}/${id}/${opened}`, ttlMs, timing, logger },
      isDead: (holder) => deaths.isDead(scope, holder),
      store: {
        update: (at, change) =>
          store.update(at, (table) => {
            deaths.saw(at, table.holders);
            return change(table);
          }),
      },
    });
    accounts.set(scope, account);
    return account;
  };

  return {
    async reserve(scopes, need, signal, isNow) {
      const held: Reservation[] = [];
      try {
        // One after another, in an order that is the same for all: none waits for another that waits for it.
        for (const { scope, part } of scopes) held.push(await accountOf(scope).reserve({ part, ...need }, signal, isNow));
      } catch (error) {
        for (const each of held) each.settle(nothing);
        throw error;
      }
      return {
        settle: (taken) => {
          for (const each of held) each.settle(taken);
        },
      };
    },
    spend: (scopes, taken) => {
      for (const { scope, part } of scopes) accountOf(scope).spend(part, taken);
    },
    async close() {
      const closing = [...accounts.values()].map((account) =>
        account.close().catch((error: unknown) => logger.warn({ err: coerceError(error) }, 'a budget could not be closed')),
      );
      await Promise.all(closing);
      stopping.abort();
      await watching;
    },
  };
}
