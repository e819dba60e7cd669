import { defined } from '../defined.ts';
import type { Money } from '../prices/money-of.ts';
import { type Spent, type SpentPart, spentBeside } from '../run/ledger/spent.ts';
import { type CallsAtOnce, callsAtOnce } from './calls-at-once.ts';

/** What was paid for, including what was never charged to the run. */
export interface SpentReport {
  /** In all: what was charged, less what the response cache saved, and every part below. */
  readonly tokens: number;
  /** The part that no server has counted. */
  readonly estimatedTokens: number;
  /** What was paid for and is in no log; empty if there is nothing. */
  readonly beside: readonly BesidePart[];
  /** Calls that the response cache answered, and the tokens that this saved. Absent where the run does not use it. */
  readonly cached?: SpentPart;
  /** What all of it has cost; absent where no model has a price, or where it is not known which models it was spent on. */
  readonly money?: Money;
  /** Absent where it is not known how long calls took, or the run. */
  readonly callsAtOnce?: readonly CallsAtOnce[];
}

export type BesideKind = 'useless' | 'lost' | 'answered-again' | 'preflight' | 'unlogged' | 'not-logged-yet';

export interface BesidePart {
  readonly kind: BesideKind;
  /** Absent where only the tokens are known. */
  readonly calls?: number;
  readonly tokens: number;
}

/** Whether there is anything to report: that each run tries its endpoints, with a few tokens, is not worth a line. */
export function isTold(spent: SpentReport | undefined): spent is SpentReport {
  if (spent === undefined) return false;
  return spent.cached !== undefined || spent.beside.some(({ kind }) => kind !== 'preflight');
}

/**
 * @param isOver nothing more is added to the log, so that answers which are not in it never will be
 * @param runMs how long the run has taken; not given: not known
 */
export function reportSpent(charged: number, spent: Spent, isOver: boolean, runMs?: number): SpentReport {
  const { tokens, estimatedTokens, unlogged } = spentBeside(charged, spent);
  const parts: BesidePart[] = [
    { kind: 'useless', ...spent.useless },
    { kind: 'lost', ...spent.lost },
    { kind: 'answered-again', ...spent.answeredAgain },
    { kind: 'preflight', ...spent.preflight },
    { kind: isOver ? 'unlogged' : 'not-logged-yet', tokens: unlogged },
  ];
  const beside = parts.filter((part) => part.tokens > 0 || (part.calls ?? 0) > 0);
  const atOnce = runMs === undefined ? undefined : callsAtOnce(spent.uses, runMs);
  return { tokens, estimatedTokens, beside, ...defined({ cached: spent.cached, callsAtOnce: atOnce }) };
}
