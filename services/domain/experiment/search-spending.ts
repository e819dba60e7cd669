import type { Phase } from '../ledger/token-use.ts';
import { totalsByPhase, totalUse } from '../ledger/totals.ts';
import type { Round, RunState } from '../search/state.ts';

/** What a search has cost, as the paper counts it: everything but the executions on the test split. */
export interface SearchSpending {
  readonly tokens: number;
  readonly byPhase: ReadonlyMap<Phase, number>;
  /** Part of `tokens` that went into candidates that did not work. */
  readonly broken: number;
}

/** From this share of failed executions on, a candidate counts as broken. */
const brokenFrom = 0.5;

export function searchSpending(state: RunState): SearchSpending {
  const spent = state.ledger.filter(({ phase }) => phase !== 'test');
  return {
    tokens: totalUse(spent).tokens,
    byPhase: new Map(totalsByPhase(spent).map(({ phase, tokens }) => [phase, tokens])),
    broken: brokenTokens(state),
  };
}

/**
 * Broken candidates are replies that were refused, workflows that failed on their canary, and workflows of which half the
 * executions or more ended in a typed failure, with the proposals and predictions of them. A wrong answer is no failure.
 */
function brokenTokens({ rounds, ledger }: RunState): number {
  return rounds.reduce((sum, round) => sum + refusedTokens(round) + canaryTokens(round, ledger) + failedTokens(round), 0);
}

function refusedTokens({ proposals, queryProposals = [] }: Round): number {
  const refused = [...proposals, ...queryProposals].filter(({ failure }) => failure !== undefined);
  return totalUse(refused.flatMap(({ tokens }) => tokens ?? [])).tokens;
}

/** All canaries of the round but the one that was survived. */
function canaryTokens({ round, canary }: Round, ledger: RunState['ledger']): number {
  const all = totalUse(ledger.filter((entry) => entry.phase === 'canary' && entry.round === round)).tokens;
  return all - totalUse(canary?.tokens ?? []).tokens;
}

function failedTokens({ outcomes, predictions, proposals }: Round): number {
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
  if (outcomes.length === 0 || failed < brokenFrom * outcomes.length) return 0;
  const taken = proposals.filter(({ failure }) => failure === undefined);
  const asked = [...taken, ...predictions].flatMap(({ tokens }) => tokens ?? []);
  return totalUse([...outcomes.flatMap(({ tokens }) => tokens), ...asked]).tokens;
}
