import type { Usage } from '../../../domain/ports.ts';
import { costOf } from '../../../domain/prices/cost-of.ts';
import type { PriceTable } from '../../../domain/prices/price-table.ts';
import { tokensOf } from '../../../domain/run/ledger/totals.ts';
import { nothing } from '../../budgets/amounts.ts';
import type { Reservation } from '../../budgets/budget-account.ts';
import type { Budgets, CallNeed, ScopePart } from '../../budgets/budgets.ts';
import type { BudgetAmount } from '../../contracts/generated/scale/v1/budgets.ts';
import type { AttemptMeter, CallToCome, HeldMeter } from '../../models/attempt-meter.ts';
import type { CallSizes } from './call-sizes.ts';

export interface BudgetedMeterSettings {
  readonly meter: AttemptMeter;
  readonly budgets: Budgets;
  readonly sizes: CallSizes;
  /** What the job's calls count in now; none: no limit. */
  scopes(): readonly ScopePart[];
  readonly prices: PriceTable | undefined;
}

/** An account whose calls are made only if the limits of their run, its sweep and the day have room for them. */
export function budgetedMeter({ meter, budgets, sizes, scopes, prices }: BudgetedMeterSettings): AttemptMeter {
  const amountOf = (model: string, usage: Usage): BudgetAmount => ({
    tokens: tokensOf(usage),
    calls: 1,
    money: costOf(prices, model, usage) ?? 0,
  });
  const needOf = (call: CallToCome, prompt: Usage): CallNeed => {
    const expected = sizes.expected(call, prompt);
    // Some price reasoning higher than what is shown.
    const allReasoning = { ...expected, reasoningTokens: expected.completionTokens };
    const money = Math.max(amountOf(call.model, expected).money, amountOf(call.model, allReasoning).money);
    return { expected: { ...amountOf(call.model, expected), money }, least: amountOf(call.model, prompt) };
  };

  const hold = async (call: CallToCome, prompt: Usage, signal: AbortSignal): Promise<HeldMeter> => {
    const counted = scopes();
    if (counted.length === 0) return { ...meter, release: () => undefined };
    const room = async (isNow: boolean) => {
      const need = needOf(call, prompt);
      return { need, reservation: await budgets.reserve(counted, need, signal, isNow) };
    };
    let spare: { readonly need: CallNeed; readonly reservation: Reservation } | undefined = await room(false);
    let isOver = false;
    return {
      ...meter,
      async begin(again, estimate) {
        const own = spare ?? (await room(true));
        spare = undefined;
        const free = (): void => {
          // A refusal costs nothing: the next attempt takes its place.
          if (isOver || spare !== undefined) own.reservation.settle(nothing);
          else spare = own;
        };
        const attempt = await meter.begin(again, estimate).catch((error: unknown) => {
          free();
          throw error;
        });
        return {
          id: attempt.id,
          ended(state, usage, estimated) {
            attempt.ended(state, usage, estimated);
            if (state === 'refused') return free();
            // What a call took that broke off is not known: it counts as what was reserved for it.
            if (state === 'broken-off') return own.reservation.settle(own.need.expected);
            sizes.saw(call, prompt, usage);
            own.reservation.settle(amountOf(call.model, usage));
          },
          left() {
            attempt.left?.();
            own.reservation.settle(own.need.expected);
          },
        };
      },
      release() {
        isOver = true;
        spare?.reservation.settle(nothing);
        spare = undefined;
      },
    };
  };
  const { preflight } = meter;
  return {
    ...meter,
    hold,
    ...(preflight && {
      preflight: {
        ...preflight,
        async begin(call, prompt) {
          const attempt = await preflight.begin(call, prompt);
          return {
            id: attempt.id,
            ended(state, usage, estimated) {
              attempt.ended(state, usage, estimated);
              if (state !== 'refused') budgets.spend(scopes(), amountOf(call.model, usage));
            },
          };
        },
      },
    }),
  };
}
