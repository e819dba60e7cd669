import type { Usage } from '../../ports.ts';
import type { LedgerEntry } from '../state.ts';
import { addDoubts } from './call-doubts.ts';
import { type CallDoubts, type Phase, phases, type TokenUse } from './token-use.ts';

export interface TokenTotal extends CallDoubts {
  readonly calls: number;
  readonly usage: Usage;
  /** Prompt and completion tokens; cached and reasoning tokens are parts of these. */
  readonly tokens: number;
  readonly simulated: boolean;
}

/** Of what asked no model. */
export const noUsage: Usage = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };

export function addUsage(one: Usage, other: Usage): Usage {
  return {
    promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    reasoningTokens: one.reasoningTokens + other.reasoningTokens,
  };
}

export function sumUsage(usages: readonly Usage[]): Usage {
  return usages.reduce(addUsage, noUsage);
}

export function tokensOf(usage: Usage): number {
  return usage.promptTokens + usage.completionTokens;
}

/** The sum over any uses, such as the whole ledger. */
export function totalUse(uses: readonly TokenUse[]): TokenTotal {
  const usage = sumUsage(uses.map((use) => use.usage));
  const calls = uses.reduce((sum, use) => sum + use.calls, 0);
  return { calls, usage, tokens: tokensOf(usage), simulated: uses.some((use) => use.simulated), ...addDoubts(uses) };
}

/** Phases in their fixed order; those without any use are left out. */
export function totalsByPhase(ledger: readonly LedgerEntry[]): readonly (TokenTotal & { readonly phase: Phase })[] {
  return phases
    .map((phase) => ({ phase, uses: ledger.filter((entry) => entry.phase === phase) }))
    .filter(({ uses }) => uses.length > 0)
    .map(({ phase, uses }) => ({ phase, ...totalUse(uses) }));
}

/** Models by name. */
export function totalsByModel(ledger: readonly LedgerEntry[]): readonly (TokenTotal & { readonly model: string })[] {
  const models = [...new Set(ledger.map((entry) => entry.model))].sort();
  return models.map((model) => ({ model, ...totalUse(ledger.filter((entry) => entry.model === model)) }));
}
