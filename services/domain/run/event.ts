import type { Failure } from '../failure.ts';
import type { Stratum } from '../sampling/stratum.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { RunConfiguration } from './configuration.ts';
import type { TokenUse } from './ledger/token-use.ts';
import type { MemoryRow } from './outcomes/outcome-row.ts';

/**
 * What has happened in a run, in order. The log holds no times, addresses or workers, and outcomes appear in the order in which
 * they were asked for: the same seed gives the same log, byte for byte, whichever call was answered first.
 */
export type RunEvent =
  | { readonly kind: 'run-started'; readonly configuration: RunConfiguration }
  | MemoryRecalled
  | TokensReserved
  | SpendingNoted
  | LimitReached
  | { readonly kind: 'limits-raised' }
  | RoundStarted
  | WorkflowProposed
  | QueryWorkflowProposed
  | CanaryCompleted
  | SampleDrawn
  | ExecutionsCompleted
  | PredictionCompleted
  | RoundCompleted
  | FinalExecutionsCompleted
  | { readonly kind: 'run-completed'; readonly bestRound: number; readonly reason: StopReason }
  | { readonly kind: 'run-cancelled'; readonly reason: string }
  | { readonly kind: 'run-failed'; readonly failure: Failure }
  | { readonly kind: 'run-paused' }
  | { readonly kind: 'run-resumed' };

export const stopReasons = ['max-rounds', 'converged', 'token-budget', 'limit'] as const;
export type StopReason = (typeof stopReasons)[number];

/** What the run begins with besides its configuration; empty if there was nothing to remember. */
export interface MemoryRecalled {
  readonly kind: 'memory-recalled';
  readonly rows: readonly MemoryRow[];
}

/** In a run with a token budget: this many of the next jobs may be issued, and this much of the budget is theirs. */
export interface TokensReserved {
  readonly kind: 'tokens-reserved';
  readonly jobs: number;
  readonly tokens: number;
}

/**
 * What the run has paid for on top of what is charged, logged where it changes a decision of the token budget. No more of this is
 * in the log, since it depends on which processes died.
 */
export interface SpendingNoted {
  readonly kind: 'spending-noted';
  /** In all, so far. */
  readonly tokens: number;
  /** Charged and not paid for, since the response cache had the replies; in all, so far. Absent: none. */
  readonly savedTokens?: number;
}

export const limitNames = ['tokens', 'calls', 'money', 'time', 'stop'] as const;
export type LimitName = (typeof limitNames)[number];
/** What a limit is of: this run, or the sweep that it belongs to. */
export const limitScopes = ['run', 'sweep'] as const;
export type LimitScope = (typeof limitScopes)[number];
/** What a limit ends: the search, and then only what the final pick wants is executed; or the final pick. */
export const limitEnds = ['search', 'pick'] as const;
export type LimitEnd = (typeof limitEnds)[number];

/**
 * A limit that is no part of the configuration was reached, as the surroundings say: so whoever reads the log needs neither a
 * clock nor an account.
 */
export interface LimitReached {
  readonly kind: 'limit-reached';
  readonly limit: LimitName;
  readonly scope: LimitScope;
  readonly ends: LimitEnd;
  /** Tokens, calls, money in the currency of the price table, or a wall-clock time in milliseconds since 1970; 0 for stop. */
  readonly most: number;
  /** What had been spent of it, lost calls included; 0 for time and stop. */
  readonly used: number;
  /** Why, for stop. */
  readonly reason?: string;
}

/** A parent was chosen (Eq 4). Round 1 has none and parentRound is 0. */
export interface RoundStarted {
  readonly kind: 'round-started';
  readonly round: number;
  readonly parentRound: number;
  readonly candidates: readonly ParentCandidate[];
  /** A second parent, whose workflow is to be merged with the first one's. */
  readonly mergedRound?: number;
}

export interface ParentCandidate {
  readonly round: number;
  readonly score: number;
  readonly probability: number;
}

/** The optimizer's reply (Eq 5), taken or refused. A refused one is asked for again until the turns are used up. */
export interface WorkflowProposed {
  readonly kind: 'workflow-proposed';
  readonly round: number;
  /** From 1; 0 for the initial workflow of round 1, which was not proposed. */
  readonly turn: number;
  readonly modification: string;
  readonly workflow?: Workflow;
  /** Hash of the canonical form; "" without a workflow. */
  readonly workflowHash: string;
  readonly failure?: Failure;
  /** The reply as received, for people who ask why. */
  readonly reply: string;
  readonly tokens?: TokenUse;
}

/** The optimizer's reply to the prompt for one query's own workflow. One that was refused is asked for again once. */
export interface QueryWorkflowProposed extends Omit<WorkflowProposed, 'kind'> {
  readonly kind: 'query-workflow-proposed';
  readonly queryIndex: number;
}

/**
 * The first execution of a workflow that was just taken. If it fails, the workflow is dropped and the optimizer is asked to fix
 * it; otherwise the outcome counts as the execution of its query wherever that is asked for later, and is not paid for again.
 */
export interface CanaryCompleted {
  readonly kind: 'canary-completed';
  readonly round: number;
  /** Of the proposal that was taken. */
  readonly turn: number;
  readonly outcome: ExecutionOutcome;
}

/** The queries to execute in this round (a method may draw several times). */
export interface SampleDrawn {
  readonly kind: 'sample-drawn';
  readonly round: number;
  readonly queryIndexes: readonly number[];
  readonly strata: readonly Stratum[];
}

/** A batch of executions, in the order in which they were asked for. */
export interface ExecutionsCompleted {
  readonly kind: 'executions-completed';
  readonly round: number;
  readonly outcomes: readonly ExecutionOutcome[];
}

export interface ExecutionOutcome {
  readonly queryIndex: number;
  readonly repeat: number;
  /** In [0, 1]; 0 with a failure. */
  readonly score: number;
  /** Shortened to answerExcerptLength characters; the whole is in the result. */
  readonly answer: string;
  readonly failure?: Failure;
  /**
   * What the scorer says of an answer that is not right, shortened to feedbackExcerptLength characters. Absent: nothing, or the
   * optimizer is not told.
   */
  readonly feedback?: string;
  /** By the benchmark's other scorers, for the report; they decide nothing. Absent where there are none, or no answer. */
  readonly otherScores?: Readonly<Record<string, number>>;
  /** One entry a model. */
  readonly tokens: readonly TokenUse[];
}

/** The optimizer's prediction of the score (Eq 6). Without a score, failure says why. */
export interface PredictionCompleted {
  readonly kind: 'prediction-completed';
  readonly round: number;
  readonly turn: number;
  readonly score?: number;
  readonly reason: string;
  readonly failure?: Failure;
  readonly tokens?: TokenUse;
}

export interface RoundCompleted {
  readonly kind: 'round-completed';
  readonly round: number;
  readonly evaluation?: Evaluation;
  /** Why the round has no workflow. */
  readonly failure?: Failure;
}

/** A batch of executions of one round's workflow that the final pick has asked for, when all rounds are over. */
export interface FinalExecutionsCompleted {
  readonly kind: 'final-executions-completed';
  readonly round: number;
  readonly outcomes: readonly ExecutionOutcome[];
}

/** A workflow's score and where it came from. */
export interface Evaluation {
  readonly method: string;
  /** In [0, 1]. */
  readonly score: number;
  /** Absent where the method has none. */
  readonly standardError?: number;
  /** Executions that the score rests on. */
  readonly executions: number;
  /** S_pred */
  readonly predicted?: number;
  /** S_few */
  readonly fewShot?: number;
  /** Eq 9 */
  readonly alpha?: number;
  readonly epsilon?: number;
}
