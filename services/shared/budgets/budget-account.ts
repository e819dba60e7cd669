import type { BudgetAmount, BudgetEnd, BudgetHolder, BudgetTable, PartAmount } from '../contracts/generated/scale/v1/budgets.ts';
import { coerceError } from '../errors/coerce-error.ts';
import { onAbort } from '../lifecycle/abort.ts';
import { every, type Timing } from '../lifecycle/timing.ts';
import type { BudgetTableStore } from '../messaging/table-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { addParts, type BudgetPart, isNothing, nothing, withoutParts } from './amounts.ts';
import { BudgetSpentError } from './budget-spent-error.ts';
import { type BudgetRequest, claimBudget } from './budget-table.ts';

/** What a call holds of a scope until it has ended. */
export interface Reservation {
  /** Replaces what was reserved by what it has taken; nothing for a call that cost nothing. Idempotent. */
  settle(taken: BudgetAmount): void;
}

/** This process's part of one scope's budget. */
export interface BudgetAccount {
  /**
   * Resolves when there is room, which is then reserved.
   * @param isNow do not wait for calls under way to end
   * @throws BudgetSpentError when there is none and will be none, or not now; the signal's reason
   */
  reserve(request: BudgetRequest, signal: AbortSignal, isNow?: boolean): Promise<Reservation>;
  /** What was spent without being asked for. */
  spend(part: BudgetPart, amount: BudgetAmount): void;
  /** The table has changed. */
  saw(table: BudgetTable): void;
  /** Time may have made room. */
  lookAgain(): void;
  /** It has nothing to write, and nobody waits. */
  isIdle(): boolean;
  /** Writes what has been spent. Nothing is reserved any more. */
  close(): Promise<void>;
}

export interface BudgetAccountSettings {
  readonly scope: string;
  /** Differs for each process that ever lived. */
  readonly holder: string;
  readonly ttlMs: number;
  readonly store: Pick<BudgetTableStore, 'update'>;
  readonly timing: Timing;
  readonly logger: Logger;
  isDead(holder: BudgetHolder): boolean;
}

interface Waiting {
  readonly request: BudgetRequest;
  readonly isNow: boolean;
  /** @param isWanted whoever asked still waits; otherwise it is given back at once */
  grant(isWanted: boolean): void;
  refuse(error: Error): void;
}

interface Held {
  readonly part: BudgetPart;
  readonly amount: BudgetAmount;
}

const renewals = 3;
const retryMs = 500;

/** One write at a time; what is asked for and what ends meanwhile goes with the next one. */
export function createBudgetAccount(settings: BudgetAccountSettings): BudgetAccount {
  const { scope, holder, ttlMs, store, timing, logger, isDead } = settings;
  const waiting = new Set<Waiting>();
  let held = new Set<Held>();
  let spent: PartAmount[] = [];
  /** Of which period what was spent is. */
  let period: string | undefined;
  let beat = 0;
  /** The entry is in the table, as the last write has left it: then it is missed if it is not there. */
  let isPresent = false;
  let writtenAtMs = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> | undefined;
  let isNews = false;
  const closing = new AbortController();

  /** What this process has as far as the table that was found knows of it. */
  const startOver = (found: BudgetTable): void => {
    const isGone = isPresent && !found.holders.some((each) => each.holder === holder);
    // Taken for dead, and what was reserved is counted as lost; or gone with its last call, by a write whose answer was lost.
    if (isGone) {
      held = new Set();
      spent = [];
      isPresent = false;
    }
    const now = found.terms?.period;
    if (period !== undefined && now !== undefined && now !== period) spent = [];
    period = now ?? period;
  };

  const claim = async (): Promise<void> => {
    let asked: readonly Waiting[] = [];
    let answers: readonly ('granted' | 'wait' | BudgetEnd)[] = [];
    let counted: readonly Held[] = [];
    let written: readonly PartAmount[] = [];
    await store.update(scope, (found) => {
      startOver(found);
      beat += 1;
      asked = [...waiting];
      counted = [...held];
      written = spent;
      const reserved = addParts([], counted);
      if (asked.length === 0 && counted.length === 0 && spent.length === 0) return found;
      const requests = asked.map(({ request }) => request);
      const claimed = claimBudget(found, { holder, beat, ttlMs, reserved, spent, requests, isDead });
      answers = claimed.answers;
      const isYoung = timing.monotonicMs() - writtenAtMs < ttlMs / renewals;
      // Whoever waits looks at each change of the table, and must not answer with another one.
      return isYoung && saysTheSame(found, claimed.table) ? found : claimed.table;
    });
    writtenAtMs = timing.monotonicMs();
    isPresent = counted.length > 0 || answers.includes('granted');
    // With the last call the entry has gone, and what was spent is in the table for good.
    if (!isPresent) spent = withoutParts(spent, written);
    for (const [place, each] of asked.entries()) {
      const answer = answers[place];
      if (answer === undefined || (answer === 'wait' && !each.isNow)) continue;
      const isWanted = waiting.delete(each);
      if (answer === 'granted') each.grant(isWanted);
      else each.refuse(new BudgetSpentError(scope, answer === 'wait' ? undefined : answer));
    }
  };
  const keepClaiming = async (): Promise<void> => {
    while (isNews) {
      isNews = false;
      try {
        await claim();
      } catch (error) {
        logger.debug({ err: coerceError(error), scope }, 'a budget could not be written; trying again');
        isNews = true;
        if (closing.signal.aborted) throw error;
        await timing.sleep(retryMs, closing.signal).catch(() => undefined);
      }
    }
  };
  const tell = (): void => {
    isNews = true;
    writing ??= keepClaiming()
      .catch((error: unknown) => logger.warn({ err: coerceError(error), scope }, 'what was spent could not be written'))
      .finally(() => {
        writing = undefined;
        if (isNews && !closing.signal.aborted) tell();
      });
  };
  let renewing: Disposable | undefined;
  /** For as long as there is something to be alive for. */
  const renew = (): void => {
    renewing ??= every(timing, ttlMs / renewals, () => {
      if (held.size > 0 || waiting.size > 0) return tell();
      renewing?.[Symbol.dispose]();
      renewing = undefined;
    });
  };

  const reservationOf = (amount: Held): Reservation => {
    held.add(amount);
    let isSettled = false;
    return {
      settle(taken) {
        if (isSettled) return;
        isSettled = true;
        // What was counted as lost when this process was taken for dead is not counted again.
        if (!held.delete(amount)) return;
        if (!isNothing(taken)) spent = addParts(spent, [{ part: amount.part, amount: taken }]);
        tell();
      },
    };
  };

  return {
    reserve(request, signal, isNow = false) {
      signal.throwIfAborted();
      const answer = Promise.withResolvers<Reservation>();
      const { part, expected: amount } = request;
      const mine: Waiting = {
        ...{ request, isNow },
        grant: (isWanted) => {
          const reservation = reservationOf({ part, amount });
          if (isWanted) answer.resolve(reservation);
          else reservation.settle(nothing);
        },
        refuse: answer.reject,
      };
      waiting.add(mine);
      renew();
      const aborting = onAbort(signal, () => {
        if (waiting.delete(mine)) answer.reject(signal.reason);
      });
      tell();
      return answer.promise.finally(() => aborting[Symbol.dispose]());
    },
    spend(part, amount) {
      spent = addParts(spent, [{ part, amount }]);
      tell();
    },
    saw: () => {
      if (waiting.size > 0) tell();
    },
    lookAgain: () => {
      if (waiting.size > 0) tell();
    },
    isIdle: () => held.size === 0 && waiting.size === 0 && spent.length === 0 && writing === undefined,
    async close() {
      renewing?.[Symbol.dispose]();
      for (const each of waiting) each.refuse(new BudgetSpentError(scope, undefined));
      waiting.clear();
      // Of calls that were cut, nobody knows what they took.
      for (const { part, amount } of held) spent = addParts(spent, [{ part, amount }]);
      held.clear();
      closing.abort();
      await writing;
      isNews = spent.length > 0 || isPresent;
      await keepClaiming();
    },
  };
}

function saysTheSame(found: BudgetTable, claimed: BudgetTable): boolean {
  const said = ({ holders, gone, ends }: BudgetTable) =>
    JSON.stringify([holders.map(({ beat: _, ...rest }) => rest).sort((a, b) => (a.holder < b.holder ? -1 : 1)), gone, ends]);
  return said(found) === said(claimed);
}
