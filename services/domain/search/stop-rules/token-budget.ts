import { totalUse } from '../../ledger/totals.ts';
import type { StopRule } from './stop-rule.ts';

/** The round that crosses the limit is finished, so the run may spend up to one evaluation more. */
export function tokenBudget(limit: number): StopRule {
  return ({ ledger }) => (totalUse(ledger).tokens >= limit ? 'token-budget' : undefined);
}
