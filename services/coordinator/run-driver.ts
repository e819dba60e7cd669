import type { Benchmark } from '../domain/benchmark.ts';
import type { ExecuteCommand, WorkCommand } from '../domain/run/command.ts';
import type { RunConfiguration } from '../domain/run/configuration.ts';
import type { ExecutionOutcome, RunEvent } from '../domain/run/event.ts';
import { executionPhase } from '../domain/run/executions.ts';
import { isOver } from '../domain/run/is-over.ts';
import { completionJobId, executionJobId } from '../domain/run/job-id.ts';
import type { Spent } from '../domain/run/ledger/spent.ts';
import type { Phase } from '../domain/run/ledger/token-use.ts';
import type { RunState } from '../domain/run/state.ts';
import type { Job } from '../shared/contracts/generated/scale/v1/job.ts';
import { untilAborted } from '../shared/lifecycle/abort.ts';
import type { Timing } from '../shared/lifecycle/timing.ts';
import type { Bus, JobKind } from '../shared/messaging/bus.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import { executedEvent, executionOutcomeOf, predictionCompletedOf, workflowProposedOf } from './event-of-result.ts';
import { createIssuedJobs } from './issued-jobs.ts';
import { type JobSource, jobsOf } from './job-of-command.ts';
import type { LogCopy } from './log-copy.ts';
import { planStep } from './plan-step.ts';
import { publishJobs, startReconciler } from './publish-jobs.ts';
import { openResultInbox, type ResultInbox } from './result-inbox.ts';
import { openRunLog } from './run-log.ts';
import { recallMemory } from './run-memory.ts';
import { createStepTracker, type PresentStep } from './step-tracker.ts';

export type WantedStatus = { readonly status: 'running' | 'paused' } | { readonly status: 'cancelled'; readonly reason: string };

export interface RunDriverSettings {
  readonly bus: Bus;
  readonly logger: Logger;
  readonly timing: Timing;
  readonly runId: string;
  readonly configuration: RunConfiguration;
  readonly benchmark: Benchmark;
  /** The log's entries as this process knows them; kept current. */
  readonly remembered: LogCopy;
  /** Of the lease. */
  readonly epoch: number;
  readonly leaseId: string;
  readonly maxInFlight: number;
  readonly reconcileMs: number;
  /** The run's executor is a simulated model, according to whoever started it. */
  readonly simulated: boolean;
  /** What the run's calls have used; called while none of its jobs is in progress. */
  spent(signal: AbortSignal): Promise<Spent | undefined>;
  /** What people want the run to do now. */
  wanted(): WantedStatus;
  /** Aborts when `wanted` changes; a new signal each time. */
  attention(): AbortSignal;
  progressed(progress: PresentStep): void;
  /** The log has been read, and says this: no work has been done yet. */
  opened(state: RunState): void;
  advanced(state: RunState): void;
  /** The store had lost this many entries of the log, and has them again. */
  restored(entries: number): void;
}

/** Outcomes in one log entry. Batches are cut from the start of a round, so a resumed run cuts them in the same places. */
const batchSize = 32;
const kinds: readonly JobKind[] = ['execute', 'predict', 'propose'];

/**
 * Drives one run until it ends or the signal aborts: plan, perform, append, apply. It holds no state but the log's: if it is
 * killed at any point, another driver replays the log, derives the same commands, and finds the results that already exist. A
 * pause is only in the run's manifest, so the log of a run that was held is the same as that of one that was not.
 * @throws LogConflictError when another coordinator has taken over
 */
export async function driveRun(settings: RunDriverSettings, signal: AbortSignal): Promise<RunState> {
  const { bus, runId, logger, timing } = settings;
  const log = await openRunLog(bus, runId, signal, settings.remembered);
  if (log.restored > 0) settings.restored(log.restored);
  const append = async (event: RunEvent): Promise<RunState> => {
    const next = await log.append(event);
    settings.advanced(next);
    return next;
  };
  const found = log.state();
  if (found !== undefined) settings.opened(found);
  const issued = createIssuedJobs(found === undefined ? settings.leaseId : undefined);
  let state = found ?? (await append({ kind: 'run-started', configuration: settings.configuration }));
  if (isOver(state)) return state;

  const openLanes = async (): Promise<void> => {
    await Promise.all(kinds.map((kind) => bus.jobs.openLane(kind, runId, { maxInFlight: settings.maxInFlight })));
  };
  await openLanes();
  const step = createStepTracker(settings.progressed);
  const inbox = openResultInbox({ bus, runId, logger, timing, arrived: ({ jobId }) => step.arrived(jobId) });
  try {
    while (!isOver(state)) {
      // Taken before `wanted` is read: a change in between is seen below.
      const attention = settings.attention();
      const interrupt = AbortSignal.any([signal, attention]);
      const wanted = settings.wanted();
      if (wanted.status === 'cancelled') {
        state = await append({ kind: 'run-cancelled', reason: wanted.reason });
        continue;
      }
      if (wanted.status === 'paused') {
        await untilAborted(interrupt);
        signal.throwIfAborted();
        continue;
      }
      // The log is from an earlier version, which wrote pauses into it.
      if (state.status === 'paused') state = await append({ kind: 'run-resumed' });
      const work: WorkCommand[] = [];
      const commands = await planStep(state, () => settings.spent(signal));
      // Planning again at once would give the same empty plan for the same state, for ever.
      if (commands.length === 0) throw new Error(`nothing is planned for a run that is ${state.status}`);
      for (const command of commands) {
        if (command.kind === 'append') state = await append(command.event);
        else if (command.kind === 'recall') state = await append(await recalled(settings));
        else work.push(command);
      }
      if (work.length === 0) continue;
      const source = { bus, runId, epoch: settings.epoch, benchmark: settings.benchmark, answers: log.answers };
      const jobs = await allJobsOf(work, state, source);
      const unanswered = jobs.filter((job) => !inbox.seen(job.jobId));
      step.begin({ round: currentRound(state), phase: phaseOf(work, state), jobs }, inbox.seen);
      // Concurrently with folding in the results: the first results of a large round arrive long before its last job is queued.
      const unpublished = new AbortController();
      const publishing = publishJobs(bus, unanswered, issued.issue);
      publishing.catch((error: unknown) => unpublished.abort(error));
      const folding = AbortSignal.any([interrupt, unpublished.signal]);
      await using _reconciler = startReconciler({
        ...{ bus, runId, logger, timing, inbox, jobs, openLanes, publishing },
        everyMs: settings.reconcileMs,
      });
      try {
        for (const command of work) {
          for await (const { event, jobIds } of entriesOf(command, () => state, settings.benchmark, inbox, folding)) {
            state = await append(event);
            // Only now: after an interruption, whoever continues needs what is not in the log.
            inbox.release(jobIds);
            issued.release(jobIds);
          }
        }
      } catch (error) {
        await Promise.allSettled([publishing]);
        signal.throwIfAborted();
        // People asked for something else; jobs in progress stay queued, and their results are in the inbox.
        if (!attention.aborted || unpublished.signal.aborted) throw error;
      }
      await publishing;
    }
    return state;
  } finally {
    await inbox.stop();
  }
}

function recalled({ bus, benchmark, runId, configuration, simulated }: RunDriverSettings): Promise<RunEvent> {
  return recallMemory(bus, benchmark, { runId, model: configuration.executor.model, simulated });
}

/** What to append, and the jobs whose results it came from. */
interface Entry {
  readonly event: RunEvent;
  readonly jobIds: readonly string[];
}

/** The entries of a command, in an order that does not depend on which job ended first. */
async function* entriesOf(
  command: WorkCommand,
  state: () => RunState,
  benchmark: Benchmark,
  inbox: ResultInbox,
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  if (command.kind === 'execute') {
    for await (const { outcomes, jobIds } of executionBatches(command, inbox, signal))
      yield { event: executedEvent(command, outcomes, state()), jobIds };
    return;
  }
  const jobId = completionJobId(command);
  const result = await inbox.result(jobId, signal);
  const event =
    command.kind === 'propose'
      ? workflowProposedOf(result, state(), benchmark, command)
      : predictionCompletedOf(result, command.round, command.turn);
  yield { event, jobIds: [jobId] };
}

/** Commands whose blobs are stored at the same time: a query-level run has one for each query. */
const commandsAtOnce = 32;

async function allJobsOf(work: readonly WorkCommand[], state: RunState, source: JobSource): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let start = 0; start < work.length; start += commandsAtOnce) {
    const some = work.slice(start, start + commandsAtOnce);
    jobs.push(...(await Promise.all(some.map((command) => jobsOf(command, state, source)))).flat());
  }
  return jobs;
}

async function* executionBatches({ workflowHash, executions }: ExecuteCommand, inbox: ResultInbox, signal: AbortSignal) {
  for (let start = 0; start < executions.length; start += batchSize) {
    const outcomes: ExecutionOutcome[] = [];
    const jobIds: string[] = [];
    for (const { queryIndex, repeat, workflowHash: own } of executions.slice(start, start + batchSize)) {
      const jobId = executionJobId(own ?? workflowHash, queryIndex, repeat);
      outcomes.push(executionOutcomeOf(await inbox.result(jobId, signal), queryIndex, repeat));
      jobIds.push(jobId);
    }
    yield { outcomes, jobIds };
  }
}

function currentRound(state: RunState): number {
  return state.rounds.at(-1)?.round ?? 0;
}

function phaseOf(work: readonly WorkCommand[], state: RunState): Phase {
  const round = state.rounds.at(-1);
  const execute = work.find((command) => command.kind === 'execute');
  if (execute?.purpose !== undefined) return execute.purpose;
  if (round && execute) return executionPhase(round, state.configuration);
  return work[0]?.kind === 'propose' ? 'propose' : 'predict';
}
