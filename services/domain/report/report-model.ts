import type { FailureKind } from '../failure.ts';
import type { FailureClass } from '../failure-class.ts';
import type { Money } from '../prices/money-of.ts';
import type { PriceTable } from '../prices/price-table.ts';
import type { RunConfiguration } from '../run/configuration.ts';
import type { LimitReached, StopReason } from '../run/event.ts';
import type { BrokenSpending } from '../run/ledger/broken-spending.ts';
import type { EstimatedSaving } from '../run/ledger/estimated-saving.ts';
import type { Phase } from '../run/ledger/token-use.ts';
import type { TokenTotal } from '../run/ledger/totals.ts';
import type { RunStatus } from '../run/state.ts';
import type { Interval } from '../statistics/intervals.ts';
import type { PlainWorkflow } from '../workflow/to-document.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { RepetitionCounts } from './count-repetitions.ts';
import type { SpentReport } from './report-spent.ts';
import type { AnswerCost, Verdict } from './report-verdict.ts';

export const reportFormat = 1;

/** What a report says about a run, ready to be rendered: plain values only, and report.json is exactly this. */
export interface ReportModel {
  readonly format: typeof reportFormat;
  /** A simulated model gave at least one answer, so nothing here is a result. */
  readonly simulated: boolean;
  readonly run: RunFacts;
  readonly configuration: Omit<RunConfiguration, 'initialWorkflow'>;
  /** Absent until a workflow has a score. */
  readonly best?: BestWorkflow;
  /** What came of the search; absent until both the start and another one have a score, and for anything but a search. */
  readonly verdict?: Verdict;
  /** Absent until the run has picked. */
  readonly pick?: PickReport;
  /** What the run took over from earlier ones; absent for a run without memory. */
  readonly memory?: MemoryReport;
  readonly rounds: readonly RoundReport[];
  readonly spending: readonly Spending[];
  readonly ledger: LedgerReport;
  readonly estimates: EstimateReport;
  readonly matrix: QueryMatrix;
  readonly refusals: readonly FailureGroup[];
  /** Proposals that another round had made already. */
  readonly repetitions: RepetitionCounts;
  readonly executionFailures: readonly FailureGroup[];
  /** What the scorer has said most often of answers that are not right. Absent: nothing, or the optimizer is not told. */
  readonly feedback?: readonly FeedbackGroup[];
  /** Sentences that a reader should know before believing a figure. */
  readonly remarks: readonly string[];
}

/** The same said of several answers. */
export interface FeedbackGroup {
  readonly text: string;
  readonly count: number;
  /** Of these answers. */
  readonly meanScore: number;
  /** The rounds whose workflows gave them, in order. */
  readonly rounds: readonly number[];
}

/** What the state does not know. Times are wall-clock milliseconds. */
export interface ReportMeta {
  readonly runId: string;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
}

export interface RunFacts extends ReportMeta {
  readonly name: string;
  readonly status: RunStatus;
  readonly stopReason?: StopReason;
  /** The limit that has ended the search, or the final pick. */
  readonly limit?: Omit<LimitReached, 'kind'>;
  readonly failure?: string;
  readonly benchmark: string;
  readonly split: string;
  readonly queries: number;
  readonly scorer: string;
  readonly otherScorers: readonly string[];
  readonly method: string;
  readonly seed: number;
  readonly executor: string;
  readonly optimizer: string;
}

export interface BestWorkflow {
  readonly round: number;
  readonly score: number;
  readonly method: string;
  /** Of its round. */
  readonly queries: RoundReport['queries'];
  /** 95 % for the score on queries like these; absent where the score is not from executions alone. */
  readonly interval?: Interval;
  /** Of round 1, if it has a score. */
  readonly initialScore?: number;
  readonly workflow: Workflow;
  readonly workflowHash: string;
  readonly text: string;
  readonly mermaid: string;
  /** Rounds from the initial workflow to this one. */
  readonly lineage: readonly number[];
}

/** How sure the pick is. */
export interface PickReport {
  readonly policy: string;
  readonly round: number;
  /** What the pick has executed, on top of the search. */
  readonly executions: number;
  /** The winner by everything that it was executed on; absent if that is nothing. */
  readonly executed?: { readonly queries: number; readonly score: number };
  /** A lower bound for the probability that no other workflow is better on these queries. */
  readonly certainty: number;
  readonly confidence: number;
  /** Rounds that the paired test cannot distinguish from the winner at that confidence. */
  readonly tied: readonly number[];
  /** The winner against each other workflow, on the queries that both were executed on. */
  readonly comparisons: readonly {
    readonly round: number;
    readonly queries: number;
    /** Of the mean scores; absent without common queries. */
    readonly difference?: number;
    /** Two-sided, of the exact sign test. */
    readonly pValue?: number;
  }[];
}

export interface MemoryReport {
  readonly workflows: number;
  readonly executions: number;
  readonly simulated: boolean;
  /**
   * False if the run's own executions showed that its models are of the other kind (real or simulated), or if there was nothing.
   */
  readonly used: boolean;
  readonly runs: readonly MemoryOfRun[];
}

export interface MemoryOfRun {
  readonly runId: string;
  readonly workflows: number;
  readonly executions: number;
  readonly models: readonly string[];
  readonly methods: readonly string[];
}

export interface RoundReport {
  readonly round: number;
  /** 0 for round 1. */
  readonly parentRound: number;
  /** A second parent, whose workflow was to be merged with the first one's. */
  readonly mergedRound?: number;
  readonly modification: string;
  readonly workflowHash: string;
  /** As a workflow file has it, which YAML readers read; absent for a round whose proposals were all refused. */
  readonly workflow?: PlainWorkflow;
  readonly completed: boolean;
  readonly score?: number;
  /** How the score was obtained: full, scale … */
  readonly method?: string;
  readonly standardError?: number;
  /** Mean over the executed queries by each of the benchmark's other scorers; absent without executions. */
  readonly otherScores?: Readonly<Record<string, number>>;
  /** What an answer takes, by all that was executed for the score; absent where nothing was. */
  readonly answer?: AnswerCost;
  /** How long its executions took; absent where their results are not at hand. */
  readonly latencyMs?: AnswerLatency;
  /** No other round has at least its score for fewer tokens an answer, or a higher one for no more. */
  readonly isOnFront?: true;
  readonly executions: number;
  /** Queries that were executed, and those of them that the score stands on. */
  readonly queries: { readonly executed: number; readonly scored: number };
  readonly predicted?: number;
  readonly fewShot?: number;
  readonly alpha?: number;
  /** Why the round has no score. */
  readonly failure?: string;
  readonly refusedProposals: number;
  readonly failures: readonly FailureGroup[];
  /** Executions that ended with an answer that scores 0. */
  readonly wrongAnswers: number;
  readonly tokens: number;
  /** What these have cost; absent if no model of them has a price. */
  readonly money?: Money;
}

/**
 * Of executions of one workflow, in milliseconds, each from its first call to its score in the delivery that finished. Waiting
 * for a place at the model's server is part of it, so runs under different loads differ.
 */
export interface AnswerLatency {
  readonly median: number;
  /** Nine in ten take no longer. */
  readonly p90: number;
  /** That these rest on. */
  readonly executions: number;
}

export interface FailureGroup {
  readonly kind: FailureKind;
  readonly class: FailureClass;
  readonly count: number;
  /** A few of the messages, each once, with the rounds that they come from. */
  readonly examples: readonly { readonly round: number; readonly message: string }[];
}

/** Tokens of one phase of one round, in the order in which they were spent; `before` are all tokens spent earlier. */
export interface Spending {
  readonly round: number;
  readonly phase: Phase;
  readonly before: number;
  readonly tokens: number;
  /** What they have cost; absent if the model has no price. */
  readonly money?: number;
}

/** A total, and what it has cost: absent if no model of it has a price. */
export type PricedTotal = TokenTotal & { readonly money?: Money };

export interface LedgerReport {
  /** Charged: what the log says. */
  readonly total: PricedTotal;
  /** Paid for; absent if unknown. */
  readonly spent?: SpentReport;
  readonly byPhase: readonly (PricedTotal & { readonly phase: Phase })[];
  readonly byModel: readonly (PricedTotal & { readonly model: string })[];
  /** What the run's models cost, as of its beginning. Absent: no prices were given. */
  readonly prices?: PriceTable;
  readonly saving: EstimatedSaving;
  readonly broken: BrokenSpending;
}

export type EstimateKind = 'predicted' | 'few-shot' | 'calibrated';

/** How far the cheap scores are from full evaluation, on the rounds where both are known. */
export interface EstimateReport {
  readonly rounds: readonly RoundEstimates[];
  /** Absent for a kind of estimate that no fully executed round has. */
  readonly agreements: readonly EstimateAgreement[];
}

/** See Agreement; absent if it is undefined. */
export interface EstimateAgreement {
  readonly estimate: EstimateKind;
  /** Rounds compared. */
  readonly count: number;
  readonly meanAbsoluteError?: number;
  readonly pearson?: number;
  readonly spearman?: number;
  readonly diffCos?: number;
}

export interface RoundEstimates {
  readonly round: number;
  readonly full?: number;
  readonly predicted?: number;
  readonly fewShot?: number;
  readonly calibrated?: number;
  /** The few-shot score was worked out afterwards, from the round's full execution and the sample of a later round. */
  readonly inHindsight: boolean;
}

/** Scores of the executed rounds on each query. Queries are listed from the hardest to the easiest. */
export interface QueryMatrix {
  readonly queries: readonly MatrixQuery[];
  readonly rows: readonly { readonly round: number; readonly cells: readonly MatrixCell[] }[];
}

export interface MatrixQuery {
  readonly index: number;
  readonly id: string;
  readonly question: string;
  /** Mean over the rounds that executed it; absent if none did. */
  readonly meanScore?: number;
  readonly executedBy: number;
}

/** Mean score over the repeats; null if not executed, 'failed' if an execution failed and none scored. */
export type MatrixCell = number | 'failed' | null;
