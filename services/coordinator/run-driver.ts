import type { Benchmark } from '../domain/benchmark.ts';
import type { Phase } from '../domain/ledger/token-use.ts';
import { applyEvent } from '../domain/search/apply-event.ts';
import type { ExecuteCommand } from '../domain/search/command.ts';
import type { RunConfiguration } from '../domain/search/configuration.ts';
import type { ExecutionOutcome, RunEvent } from '../domain/search/event.ts';
import { executionPhase } from '../domain/search/executions.ts';
import { planNextStep } from '../domain/search/plan-next-step.ts';
import type { RunState } from '../domain/search/state.ts';
import { decodeEvent, encodeEvent } from '../shared/contracts/event-codec.ts';
import type { Job } from '../shared/contracts/generated/scale/v1/job.ts';
import type { Result } from '../shared/contracts/generated/scale/v1/result.ts';
import type { Bus, JobKind } from '../shared/messaging/bus.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import { executedEvent, executionOutcomeOf, predictionCompletedOf, workflowProposedOf } from './event-of-result.ts';
import { completionJobId, executionJobId, type JobSource, jobsOf, type WorkCommand } from './job-of-command.ts';
import { publishJobs, startReconciler } from './publish-jobs.ts';
import { openResultInbox, type ResultInbox } from './result-inbox.ts';
import { recallMemory } from './run-memory.ts';

export interface RunProgress {
  readonly round: number;
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
}

export type WantedStatus = { readonly status: 'running' | 'paused' } | { readonly status: 'cancelled'; readonly reason: string };

export interface RunDriverSettings {
  readonly bus: Bus;
  readonly logger: Logger;
  readonly runId: string;
  readonly configuration: RunConfiguration;
  readonly benchmark: Benchmark;
  /** The lease's epoch. */
  readonly epoch: number;
  readonly maxInFlight: number;
  readonly reconcileMs: number;
  /** The run's executor is a simulated model, as whoever started it says. */
  readonly simulated: boolean;
  /** What people want of the run now. */
  wanted(): WantedStatus;
  /** Aborts when `wanted` changes; a new signal each time. */
  attention(): AbortSignal;
  progressed(progress: RunProgress): void;
  advanced(state: RunState): void;
}

/** Outcomes in one log entry. Batches are cut from the start of a round, so a resumed run cuts them in the same places. */
const batchSize = 32;
const kinds: readonly JobKind[] = ['execute', 'predict', 'propose'];

/**
 * Drives one run until it ends, pauses, or the signal aborts: plan, perform, append, apply. It holds no state but the log's:
 * killed anywhere, another driver replays the log, derives the same commands, and finds the results that are already there.
 * @throws LogConflictError when another coordinator has taken over
 */
export async function driveRun(settings: RunDriverSettings, signal: AbortSignal): Promise<RunState> {
  const { bus, runId, logger } = settings;
  const log = await replayLog(bus, runId, signal);
  const append = async (event: RunEvent): Promise<RunState> => {
    signal.throwIfAborted();
    // Applied first: an event that cannot follow must never get into the log.
    // What is applied is what a restart would read: the bytes sort a workflow's prompts, for one.
    const entry = encodeEvent(runId, event);
    const next = applyEvent(log.state, decodeEvent(entry).event);
    log.last = await bus.log.append(runId, entry, log.last);
    log.state = next;
    settings.advanced(next);
    return next;
  };
  let state = log.state ?? (await append({ kind: 'run-started', configuration: settings.configuration }));
  settings.advanced(state);
  if (isOver(state)) return state;

  await Promise.all(kinds.map((kind) => bus.jobs.openLane(kind, runId, { maxInFlight: settings.maxInFlight })));
  const step = { round: 0, phase: 'warm-up' as Phase, jobIds: new Set<string>(), done: 0 };
  const report = (): void =>
    settings.progressed({ round: step.round, phase: step.phase, done: step.done, total: step.jobIds.size });
  const inbox = openResultInbox(bus, runId, logger, (result) => {
    if (!step.jobIds.has(result.jobId)) return;
    step.done += 1;
    report();
  });
  try {
    while (!isOver(state)) {
      const attention = settings.attention();
      const steering = steeringEvent(state, settings.wanted());
      if (steering) {
        state = await append(steering);
        continue;
      }
      if (state.status === 'paused') {
        await untilAborted(AbortSignal.any([signal, attention]));
        signal.throwIfAborted();
        continue;
      }
      const commands = planNextStep(state);
      const work: WorkCommand[] = [];
      for (const command of commands) {
        if (command.kind === 'append') state = await append(command.event);
        else if (command.kind === 'recall') state = await append(await recalled(settings));
        else work.push(command);
      }
      if (work.length === 0) continue;
      const source = { bus, runId, epoch: settings.epoch, benchmark: settings.benchmark };
      const jobs = await allJobsOf(work, state, source);
      const unanswered = jobs.filter((job) => !inbox.seen(job.jobId));
      Object.assign(step, {
        round: currentRound(state),
        phase: phaseOf(work, state),
        jobIds: new Set(jobs.map((job) => job.jobId)),
      });
      step.done = jobs.length - unanswered.length;
      report();
      await publishJobs(bus, unanswered);
      await using _reconciler = startReconciler({ bus, runId, logger, inbox, jobs, everyMs: settings.reconcileMs });
      const interrupt = AbortSignal.any([signal, attention]);
      try {
        for (const command of work) {
          for await (const event of eventsOf(command, () => state, settings.benchmark, inbox, interrupt))
            state = await append(event);
        }
      } catch (error) {
        signal.throwIfAborted();
        // People asked for something else; what is under way stays queued, and its results are found again.
        if (!attention.aborted) throw error;
      }
    }
    return state;
  } finally {
    await inbox.stop();
  }
}

function recalled({ bus, benchmark, runId, configuration, simulated }: RunDriverSettings): Promise<RunEvent> {
  return recallMemory(bus, benchmark, { runId, model: configuration.executor.model, simulated });
}

interface Log {
  state: RunState | undefined;
  last: number;
}

export async function replayLog(bus: Bus, runId: string, signal: AbortSignal): Promise<Log> {
  const log: Log = { state: undefined, last: 0 };
  for await (const { sequence, entry } of bus.log.read(runId, { after: 0, follow: false }, signal)) {
    log.state = applyEvent(log.state, decodeEvent(entry).event);
    log.last = sequence;
  }
  return log;
}

/** The events of a command, in an order that does not depend on which job ended first. */
async function* eventsOf(
  command: WorkCommand,
  state: () => RunState,
  benchmark: Benchmark,
  inbox: ResultInbox,
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  if (command.kind === 'execute') {
    for await (const outcomes of executionBatches(command, inbox, signal)) yield executedEvent(command, outcomes, state());
    return;
  }
  const result: Result = await inbox.take(completionJobId(command), signal);
  yield command.kind === 'propose'
    ? workflowProposedOf(result, state(), benchmark, command)
    : predictionCompletedOf(result, command.round, command.attempt);
}

/** Commands whose blobs are stored at once: a query-level run has one for each query. */
const commandsAtOnce = 32;

async function allJobsOf(work: readonly WorkCommand[], state: RunState, source: JobSource): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let start = 0; start < work.length; start += commandsAtOnce) {
    const some = work.slice(start, start + commandsAtOnce);
    jobs.push(...(await Promise.all(some.map((command) => jobsOf(command, state, source)))).flat());
  }
  return jobs;
}

async function* executionBatches(
  { workflowHash, executions }: ExecuteCommand,
  inbox: ResultInbox,
  signal: AbortSignal,
): AsyncGenerator<ExecutionOutcome[]> {
  for (let start = 0; start < executions.length; start += batchSize) {
    const outcomes: ExecutionOutcome[] = [];
    for (const { queryIndex, repeat, workflowHash: own } of executions.slice(start, start + batchSize)) {
      const result = await inbox.take(executionJobId(own ?? workflowHash, queryIndex, repeat), signal);
      outcomes.push(executionOutcomeOf(result, queryIndex, repeat));
    }
    yield outcomes;
  }
}

function steeringEvent(state: RunState, wanted: WantedStatus): RunEvent | undefined {
  if (wanted.status === 'cancelled') return { kind: 'run-cancelled', reason: wanted.reason };
  if (wanted.status === 'paused' && state.status === 'running') return { kind: 'run-paused' };
  if (wanted.status === 'running' && state.status === 'paused') return { kind: 'run-resumed' };
  return undefined;
}

function isOver(state: RunState): boolean {
  return state.status === 'completed' || state.status === 'cancelled' || state.status === 'failed';
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

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Ends a run that a defect keeps from going on, so that people see why. */
export async function failRun(bus: Bus, runId: string, message: string, signal: AbortSignal): Promise<RunState> {
  const log = await replayLog(bus, runId, signal);
  if (log.state && isOver(log.state)) return log.state;
  const event: RunEvent = { kind: 'run-failed', failure: { kind: 'internal', message } };
  const state = applyEvent(log.state, event);
  await bus.log.append(runId, encodeEvent(runId, event), log.last);
  return state;
}
