import type { Benchmark } from '../../domain/benchmark.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import type { CacheUse, Endpoint, RunLimits } from '../contracts/generated/scale/v1/control.ts';
import type { Job } from '../contracts/generated/scale/v1/job.ts';
import type { ModelCall, Result } from '../contracts/generated/scale/v1/result.ts';
import type { Standing } from '../sharing/standing.ts';
import type { JobAccount } from './calls/job-account.ts';

/** What a worker knows about a job's run. */
export interface RunContext {
  readonly runId: string;
  readonly configuration: RunConfiguration;
  readonly endpoints: readonly Endpoint[];
  /** How it uses the response cache; absent: not at all. */
  readonly cache?: CacheUse;
  /** What it has beside other runs, as it is now. Absent: as any other. */
  standing?(): Standing;
  /** What it may spend, as it is now; absent, or undefined: no limit. */
  limits?(): RunLimits | undefined;
  /** Absent: unknown. */
  readonly prices?: PriceTable;
  /** Loaded once per run, from its blob. */
  benchmark(): Promise<Benchmark>;
}

export interface JobContext {
  readonly job: Job;
  readonly run: RunContext;
  /** Calls that an earlier delivery has paid for, by call id. */
  readonly journal: ReadonlyMap<string, ModelCall>;
  /** Must be called after each finished model call, before its reply is used. */
  record(call: ModelCall): void | Promise<void>;
  /**
   * Must be called before whatever takes time, such as a call, its wait for a slot, or a program: sends what was recorded, for
   * whoever does the job next. Resolves once it is stored, which calls that cost something wait for.
   */
  stored(): Promise<void>;
  /**
   * To be called where a call has ended and others of the job are under way: what was recorded is sent, unless the job has ended
   * by then. Absent: it is sent at once.
   */
  storedSoon?(): void;
  /** What the job's calls cost, kept beside the log. */
  readonly account: JobAccount;
  readonly signal: AbortSignal;
  /** A call of the job waits for its place from now on, until it calls what this returns. Absent: nobody wants to know. */
  waits?(): () => void;
  /** Aborts when the worker ends soon: calls under way go on, and none may begin. Absent: that does not happen. */
  readonly lastCalls?: AbortSignal;
}

export interface JobOutcome {
  readonly outcome: NonNullable<Result['outcome']>;
  readonly calls: readonly ModelCall[];
}

/**
 * Does one job. Failures of the workflow or the model's reply are part of the outcome.
 * @throws anything: the infrastructure failed, so the job is tried again and nothing is scored
 */
export type JobWork = (context: JobContext) => Promise<JobOutcome>;
