import type { LedgerEntry } from '../state.ts';
import { addDoubts } from './call-doubts.ts';
import type { Phase, TokenUse } from './token-use.ts';
import { addUsage } from './totals.ts';

/** The ledger with these uses added: one entry per phase, model and round. */
export function recordUse(
  ledger: readonly LedgerEntry[],
  phase: Phase,
  round: number,
  uses: readonly TokenUse[],
): readonly LedgerEntry[] {
  if (uses.length === 0) return ledger;
  const changed = [...ledger];
  for (const use of uses) {
    const index = changed.findIndex((entry) => entry.phase === phase && entry.round === round && entry.model === use.model);
    const entry = changed[index];
    if (entry === undefined) changed.push({ phase, round, ...use });
    else changed[index] = { ...entry, ...addUse(entry, use) };
  }
  return changed;
}

function addUse(entry: TokenUse, use: TokenUse): TokenUse {
  return {
    model: entry.model,
    calls: entry.calls + use.calls,
    usage: addUsage(entry.usage, use.usage),
    simulated: entry.simulated || use.simulated,
    ...addDoubts([entry, use]),
  };
}
