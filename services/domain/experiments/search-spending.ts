import { brokenSpending } from '../run/ledger/broken-spending.ts';
import type { Phase } from '../run/ledger/token-use.ts';
import { totalsByPhase, totalUse } from '../run/ledger/totals.ts';
import type { RunState } from '../run/state.ts';

/** What a search cost, as the paper counts it: everything except the executions on the test split. */
export interface SearchSpending {
  readonly tokens: number;
  readonly byPhase: ReadonlyMap<Phase, number>;
  /** Part of `tokens` that went into candidates that did not work. */
  readonly broken: number;
}

export function searchSpending(state: RunState): SearchSpending {
  const spent = state.ledger.filter(({ phase }) => phase !== 'test');
  return {
    tokens: totalUse(spent).tokens,
    byPhase: new Map(totalsByPhase(spent).map(({ phase, tokens }) => [phase, tokens])),
    broken: brokenSpending(state).tokens,
  };
}
