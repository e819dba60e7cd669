import { isOver } from '../run/is-over.ts';
import { brokenSpending } from '../run/ledger/broken-spending.ts';
import { estimateSaving } from '../run/ledger/estimated-saving.ts';
import type { Spent } from '../run/ledger/spent.ts';
import type { Phase } from '../run/ledger/token-use.ts';
import { tokensOf, totalsByModel, totalsByPhase, totalUse } from '../run/ledger/totals.ts';
import type { RunState } from '../run/state.ts';
import type { LedgerReport, Spending } from './report-model.ts';
import { reportSpent } from './report-spent.ts';

/** @param spent what the run's calls have used, if that is known */
export function reportLedger(state: RunState, spent: Spent | undefined): LedgerReport {
  const total = totalUse(state.ledger);
  return {
    total,
    ...(spent === undefined ? {} : { spent: reportSpent(total.tokens, spent, isOver(state)) }),
    byPhase: totalsByPhase(state.ledger),
    byModel: totalsByModel(state.ledger),
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

export function reportSpending({ ledger }: RunState): readonly Spending[] {
  const isLate = (phase: Phase) => phase === 'final' || phase === 'test';
  const ordered = [...ledger].sort(
    (one, other) =>
      Number(isLate(one.phase)) - Number(isLate(other.phase)) ||
      one.round - other.round ||
      turnOf[one.phase] - turnOf[other.phase],
  );
  let before = 0;
  return ordered.map(({ round, phase, usage }) => {
    const spending = { round, phase, before, tokens: tokensOf(usage) };
    before += spending.tokens;
    return spending;
  });
}
