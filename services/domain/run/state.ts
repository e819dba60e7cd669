import type { Failure } from '../failure.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { RunConfiguration } from './configuration.ts';
import type {
  Evaluation,
  ExecutionOutcome,
  LimitReached,
  ParentCandidate,
  PredictionCompleted,
  QueryWorkflowProposed,
  SampleDrawn,
  StopReason,
  WorkflowProposed,
} from './event.ts';
import type { Phase, TokenUse } from './ledger/token-use.ts';
import type { KeptOutcome } from './outcomes/outcome-columns.ts';
import type { Outcomes } from './outcomes/outcome-list.ts';
import type { MemoryRow } from './outcomes/outcome-row.ts';

export type RunStatus = 'running' | 'paused' | 'completed' | 'cancelled' | 'failed';

/** A run as its log tells it: applyEvent folds the log into this, and planNextStep reads nothing else. Immutable. */
export interface RunState {
  readonly configuration: RunConfiguration;
  readonly status: RunStatus;
  readonly rounds: readonly Round[];
  /** Rows of earlier runs that this one began with; absent until they were asked for. Read them with memoryOf. */
  readonly memory?: readonly MemoryRow[];
  readonly ledger: readonly LedgerEntry[];
  /** What the final pick has executed, in the order of the log; absent until it has executed anything. */
  readonly finalOutcomes?: readonly FinalOutcome[];
  /** Of a run with a token budget: the newest reservation. */
  readonly reservation?: Reservation;
  /** Tokens paid for on top of the ledger, as far as they have affected a decision. */
  readonly paidBeside?: number;
  /** Tokens of the ledger that the response cache saved, as far as that has affected a decision. */
  readonly savedTokens?: number;
  /** The first less the second, when the final pick began. */
  readonly paidBesideBeforePick?: number;
  /** Absent unless a limit has been reached, and not been raised since. */
  readonly limit?: ReachedLimit;
  readonly bestRound?: number;
  readonly stopReason?: StopReason;
  readonly failure?: Failure;
}

export interface ReachedLimit {
  /** The newest one: that of the final pick follows that of the search. */
  readonly reached: Omit<LimitReached, 'kind'>;
  /** The run before the first of them: it goes on from there once the limits allow more. */
  readonly before: RunState;
}

export interface Reservation {
  /** Jobs that may be issued and have not been reported yet. */
  readonly open: number;
  /** Jobs that have been reported. */
  readonly done: number;
  readonly tokens: number;
}

export interface FinalOutcome {
  /** Whose workflow was executed. */
  readonly round: number;
  readonly outcome: KeptOutcome;
}

/** One entry per phase, model and round. */
export interface LedgerEntry extends TokenUse {
  readonly phase: Phase;
  readonly round: number;
}

export interface Round {
  readonly round: number;
  readonly parentRound: number;
  readonly candidates: readonly ParentCandidate[];
  /** A second parent, whose workflow is to be merged with the first one's. */
  readonly mergedRound?: number;
  /** Refused ones and, last, the accepted one. One that was taken and failed on its canary has a workflow and a failure. */
  readonly proposals: readonly WorkflowProposed[];
  /** Replies about single queries, where each has its own workflow; `workflow` is then that of the queries left without one. */
  readonly queryProposals?: readonly QueryWorkflowProposed[];
  readonly workflow?: Workflow;
  readonly workflowHash: string;
  readonly modification: string;
  /** The workflow's first execution; it is also among the outcomes once a sample includes its query. */
  readonly canary?: ExecutionOutcome;
  readonly samples: readonly SampleDrawn[];
  /** In the order of the log. */
  readonly outcomes: Outcomes;
  readonly predictions: readonly PredictionCompleted[];
  readonly completed: boolean;
  readonly evaluation?: Evaluation;
  readonly failure?: Failure;
  /** It stands for a round whose results a later one may not see: only its parent and edit are here. Never in a log's state. */
  readonly isUnderWay?: true;
}
