import type { WorkflowProposed } from '../event.ts';
import { executionFacts } from '../outcomes/execution-facts.ts';
import type { Outcomes } from '../outcomes/outcome-list.ts';
import { brokenProposals } from '../proposals.ts';
import type { Round, RunState } from '../state.ts';
import type { Phase, TokenUse } from './token-use.ts';
import { totalUse } from './totals.ts';

export interface BrokenPart {
  readonly candidates: number;
  readonly tokens: number;
}

/** What was spent on workflows that could not be used: their proposals, executions and predictions. */
export interface BrokenSpending extends BrokenPart {
  /** Found by the static checks, before anything was executed. */
  readonly refused: BrokenPart;
  /** On one query. */
  readonly canary: BrokenPart;
  /** While they were evaluated: at least half of their executions ended in a typed failure. A wrong answer is not a failure. */
  readonly executed: BrokenPart;
}

/** A workflow with this share of failed executions is broken, whatever the others say. */
const brokenFrom = 0.5;

/** By what exposed them; tokens of everything but the test split. */
export function brokenSpending(state: RunState): BrokenSpending {
  const refused = sum(state.rounds.map(refusedIn));
  const canary = sum(state.rounds.map((round) => brokenOnCanary(state, round)));
  const executed = sum(state.rounds.filter(({ outcomes }) => isBroken(outcomes)).map((round) => spentOn(state, round)));
  const { candidates, tokens } = sum([refused, canary, executed]);
  return { candidates, tokens, refused, canary, executed };
}

/** Before anything was executed: the proposal itself is what it cost. */
function refusedIn({ proposals, queryProposals = [] }: Round): BrokenPart {
  const refused = [
    ...proposals.filter(({ workflow, failure }) => workflow === undefined && failure !== undefined),
    ...queryProposals.filter(({ failure }) => failure !== undefined),
  ];
  return { candidates: refused.length, tokens: proposalTokens(refused) };
}

/** The proposal and its one execution, which only the ledger still records. */
function brokenOnCanary({ ledger }: RunState, { round, proposals, canary }: Round): BrokenPart {
  const broken = brokenProposals({ proposals });
  const all = totalUse(ledger.filter((entry) => entry.round === round && entry.phase === 'canary')).tokens;
  const survived = totalUse(canary?.tokens ?? []).tokens;
  return { candidates: broken.length, tokens: proposalTokens(broken) + all - survived };
}

function isBroken(outcomes: Outcomes): boolean {
  return outcomes.length > 0 && executionFacts(outcomes).failed.length >= brokenFrom * outcomes.length;
}

const elsewhere: ReadonlySet<Phase> = new Set(['propose', 'canary', 'test']);

/** Everything since its proposal: executions, predictions, and what the final pick has executed. */
function spentOn({ ledger }: RunState, { round, proposals, canary }: Round): BrokenPart {
  const later = ledger.filter((entry) => entry.round === round && !elsewhere.has(entry.phase));
  const taken = proposals.filter(({ failure }) => failure === undefined);
  const uses: readonly TokenUse[] = [...later, ...(canary?.tokens ?? [])];
  return { candidates: 1, tokens: proposalTokens(taken) + totalUse(uses).tokens };
}

function proposalTokens(proposals: readonly Pick<WorkflowProposed, 'tokens'>[]): number {
  return totalUse(proposals.flatMap(({ tokens }) => tokens ?? [])).tokens;
}

function sum(parts: readonly BrokenPart[]): BrokenPart {
  return {
    candidates: parts.reduce((total, { candidates }) => total + candidates, 0),
    tokens: parts.reduce((total, { tokens }) => total + tokens, 0),
  };
}
