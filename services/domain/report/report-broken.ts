import type { TokenUse } from '../ledger/token-use.ts';
import { totalUse } from '../ledger/totals.ts';
import { brokenProposals } from '../search/canary.ts';
import type { ExecutionOutcome, WorkflowProposed } from '../search/event.ts';
import type { Round, RunState } from '../search/state.ts';
import type { BrokenReport, BrokenSpending } from './report-model.ts';

/** A workflow of which so many executions fail is broken, whatever the others say. */
const brokenFrom = 0.5;

/** What was spent on workflows that could not be used, by what found them out. */
export function reportBroken(state: RunState): BrokenReport {
  const refused = sum(state.rounds.map(refusedIn));
  const canary = sum(state.rounds.map((round) => brokenOnCanary(state, round)));
  const executed = sum(state.rounds.filter(({ outcomes }) => isBroken(outcomes)).map((round) => spentOn(state, round)));
  const { candidates, tokens } = sum([refused, canary, executed]);
  return { candidates, tokens, refused, canary, executed };
}

/** Before anything was executed: the proposal itself is what it cost. */
function refusedIn({ proposals }: Round): BrokenSpending {
  const refused = proposals.filter(({ workflow, failure }) => workflow === undefined && failure !== undefined);
  return { candidates: refused.length, tokens: proposalTokens(refused) };
}

/** The proposal and its one execution, of which the ledger alone still knows. */
function brokenOnCanary({ ledger }: RunState, { round, proposals, canary }: Round): BrokenSpending {
  const broken = brokenProposals({ proposals });
  const all = totalUse(ledger.filter((entry) => entry.round === round && entry.phase === 'canary')).tokens;
  const survived = totalUse(canary?.tokens ?? []).tokens;
  return { candidates: broken.length, tokens: proposalTokens(broken) + all - survived };
}

function isBroken(outcomes: readonly ExecutionOutcome[]): boolean {
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
  return outcomes.length > 0 && failed >= brokenFrom * outcomes.length;
}

/** Everything since its proposal: executions, predictions, and what the final pick has executed. */
function spentOn({ ledger }: RunState, { round, proposals, canary }: Round): BrokenSpending {
  const later = ledger.filter((entry) => entry.round === round && entry.phase !== 'propose' && entry.phase !== 'canary');
  const taken = proposals.filter(({ failure }) => failure === undefined);
  const uses: readonly TokenUse[] = [...later, ...(canary?.tokens ?? [])];
  return { candidates: 1, tokens: proposalTokens(taken) + totalUse(uses).tokens };
}

function proposalTokens(proposals: readonly WorkflowProposed[]): number {
  return totalUse(proposals.flatMap(({ tokens }) => tokens ?? [])).tokens;
}

function sum(parts: readonly BrokenSpending[]): BrokenSpending {
  return {
    candidates: parts.reduce((total, { candidates }) => total + candidates, 0),
    tokens: parts.reduce((total, { tokens }) => total + tokens, 0),
  };
}
