import type { Money } from '../prices/money-of.ts';
import type { Period, TimedCalls } from '../report/calls-at-once.ts';
import type { FailureGroup } from '../report/report-model.ts';

/** Only a completed cell's figures count: those of any other are unfinished, or those of a failure. */
export type CellStatus = 'waiting' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled' | 'skipped';

/** One combination of a sweep's values, and how far its run has got. */
export interface ReportedCell {
  /** What people and the sweep's log call it. */
  readonly id: string;
  /** The label of its value on each of the sweep's axes, by the axis's name. */
  readonly values: Readonly<Record<string, string>>;
  readonly status: CellStatus;
  /** Why it failed, was skipped, or does not go on. */
  readonly reason?: string;
  /** Absent while nothing has been started. */
  readonly run?: CellRun;
  /** Runs of it that ended without a result, so that it had another one or is to have one; absent where there were none. */
  readonly earlierRuns?: readonly EarlierRun[];
}

export interface EarlierRun {
  readonly runId: string;
  /** Why it had no result. */
  readonly why: string;
  /** Charged. */
  readonly tokens: number;
  readonly money?: Money;
}

/** What a cell's run has to show, as far as it has got. */
export interface CellRun {
  readonly runId: string;
  /** A simulated model gave at least one answer. */
  readonly simulated: boolean;
  /** Of its best workflow, as the run itself has it; absent while there is none. */
  readonly score?: RunScore;
  /** Of that workflow on queries that the search has not seen; absent unless it was evaluated there. */
  readonly test?: TestScore;
  /** Charged to the run itself, which does not include its test. */
  readonly tokens: number;
  /** Paid for; absent if that is unknown. */
  readonly spentTokens?: number;
  /** Of what was charged, and of what was paid for; absent without the prices of its models. */
  readonly money?: Money;
  readonly spentMoney?: Money;
  /** From its first event to its last. */
  readonly wallMs?: number;
  readonly period?: Period;
  /** Absent where nothing was noted. */
  readonly timedCalls?: readonly TimedCalls[];
  /** Why the search ended, where it did not simply do all its rounds. */
  readonly stopReason?: string;
  readonly repeated: readonly Repeated[];
  /** Executions that ended in a typed failure, by its kind. */
  readonly failures: readonly FailureGroup[];
  /** Reasons to doubt the figures of its calls, a sentence each. */
  readonly doubts: readonly string[];
}

/** Something that was done more than once. */
export interface Repeated {
  readonly what: RepeatedKind;
  /** In a few words: the kind of failure, where there was one. */
  readonly why: string;
  readonly count: number;
  /** Paid for and of no use; absent where nobody counts them. */
  readonly tokens?: number;
}

/**
 * - run: a cell's, which ended without a result and was executed once more
 * - call: asked again after an attempt that came to nothing; job: done again by another worker or after a crash
 * - proposal: asked for again, in another turn of the same round; prediction: likewise
 */
export type RepeatedKind = 'run' | 'call' | 'job' | 'proposal' | 'prediction';

export interface RunScore {
  /** In [0, 1]. */
  readonly value: number;
  /** How it was obtained: full, scale, ... */
  readonly method: string;
  /** Those that it stands on: queries of which the workflow has an execution with a score. */
  readonly queries: number;
  /** Those that the benchmark has. */
  readonly ofQueries: number;
  /** Equal for scores that may be compared: of the same queries, by the same scorer. */
  readonly queriesAre: string;
  /** Absent where it is an estimate, or rests on a sample of the queries. */
  readonly byQuery?: ScoresByQuery;
}

export interface TestScore extends RunScore {
  /** The evaluation's own. */
  readonly runId: string;
  readonly split: string;
  readonly byQuery: ScoresByQuery;
  readonly tokens: number;
  readonly money?: Money;
}

/** The mean over its repeats of each query that has a score, by its place in the benchmark. */
export type ScoresByQuery = ReadonlyMap<number, number>;
