import { meanCosts } from '../run/ledger/mean-cost.ts';
import type { RunState } from '../run/state.ts';

/**
 * Executions that the pick may spend, whatever a token budget leaves. `top` executes the K best in full; the others get their
 * share, measured in tokens as well: better workflows tend to cost more, and the pick executes mostly those. Nothing here depends
 * on what the pick has spent so far.
 */
export function wantedExecutions(state: RunState, candidates: number): number {
  const { search, benchmark } = state.configuration;
  const { finalPick } = search;
  // Taking the highest score of the search executes nothing, whatever the share.
  if (finalPick === undefined || finalPick.policy === 'argmax') return 0;
  const full = candidates * benchmark.queryCount;
  const costs = meanCosts(state);
  const cheapness = costs === undefined || costs.better <= 0 ? 1 : Math.min(1, costs.all / costs.better);
  const wanted =
    finalPick.policy === 'top' ? finalPick.topK * benchmark.queryCount : Math.round(finalPick.share * full * cheapness);
  return Math.min(wanted, full);
}
