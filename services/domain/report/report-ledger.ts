import { defined } from '../defined.ts';
import { type ModelUse, moneyOf } from '../prices/money-of.ts';
import type { PriceTable } from '../prices/price-table.ts';
import { isOver } from '../run/is-over.ts';
import { brokenSpending } from '../run/ledger/broken-spending.ts';
import { estimateSaving } from '../run/ledger/estimated-saving.ts';
import type { Spent } from '../run/ledger/spent.ts';
import type { Phase } from '../run/ledger/token-use.ts';
import { tokensOf, totalsByModel, totalsByPhase, totalUse } from '../run/ledger/totals.ts';
import type { RunState } from '../run/state.ts';
import { moneySpent } from './money-spent.ts';
import type { LedgerReport, Spending } from './report-model.ts';
import { reportSpent } from './report-spent.ts';

/**
 * @param spent what the run's calls have used, if that is known
 * @param prices what its models cost, if that is known
 * @param runMs how long it has taken, if that is known
 */
export function reportLedger(state: RunState, spent: Spent | undefined, prices?: PriceTable, runMs?: number): LedgerReport {
  const { ledger } = state;
  const total = totalUse(ledger);
  const money = (uses: readonly ModelUse[]) => defined({ money: moneyOf(prices, uses) });
  return {
    total: { ...total, ...money(ledger) },
    ...(spent === undefined
      ? {}
      : {
          spent: {
            ...reportSpent(total.tokens, spent, isOver(state), runMs),
            ...defined({ money: moneySpent(prices, ledger, spent) }),
          },
        }),
    byPhase: totalsByPhase(ledger).map((entry) => ({ ...entry, ...money(ledger.filter(({ phase }) => phase === entry.phase)) })),
    byModel: totalsByModel(ledger).map((entry) => ({ ...entry, ...money([entry]) })),
    ...defined({ prices }),
    saving: estimateSaving(state),
    broken: brokenSpending(state),
  };
}

/** In a round: the proposal, then executions, then the prediction. Final and test come after all rounds. */
const turnOf: Readonly<Record<Phase, number>> = {
  propose: 0,
  canary: 1,
  'warm-up': 2,
  'few-shot': 3,
  predict: 4,
  final: 5,
  test: 6,
};

/** @param prices what the run's models cost, if that is known */
export function reportSpending({ ledger }: RunState, prices?: PriceTable): readonly Spending[] {
  const isLate = (phase: Phase) => phase === 'final' || phase === 'test';
  const ordered = [...ledger].sort(
    (one, other) =>
      Number(isLate(one.phase)) - Number(isLate(other.phase)) ||
      one.round - other.round ||
      turnOf[one.phase] - turnOf[other.phase],
  );
  let before = 0;
  return ordered.map((entry) => {
    const { round, phase, usage } = entry;
    const money = moneyOf(prices, [entry])?.amount;
    const spending = { round, phase, before, tokens: tokensOf(usage), ...defined({ money }) };
    before += spending.tokens;
    return spending;
  });
}
