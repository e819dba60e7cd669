import type { Benchmark } from '../domain/benchmark.ts';
import { buildPredictionPrompt } from '../domain/prompts/build-prediction-prompt.ts';
import { answersShown, buildProposalPrompt, type ExecutionPlace } from '../domain/prompts/build-proposal-prompt.ts';
import { buildQueryProposalPrompt } from '../domain/prompts/build-query-proposal-prompt.ts';
import type { ExecuteCommand, WorkCommand } from '../domain/run/command.ts';
import { type CompletionCommand, completionJobId, executionJobId } from '../domain/run/job-id.ts';
import { executedWorkflows } from '../domain/run/query-workflows.ts';
import type { RunState } from '../domain/run/state.ts';
import type { Job } from '../shared/contracts/generated/scale/v1/job.ts';
import { Workflow as WorkflowMessage } from '../shared/contracts/generated/scale/v1/workflow.ts';
import { workflowToProto } from '../shared/contracts/workflow-codec.ts';
import type { Bus } from '../shared/messaging/bus.ts';

export interface JobSource {
  readonly bus: Bus;
  readonly runId: string;
  readonly epoch: number;
  readonly benchmark: Benchmark;
  /** What the log has of the answers of these executions, by answerKey. */
  readonly answers: (places: readonly ExecutionPlace[]) => Promise<ReadonlyMap<string, string>>;
}

const executionTimeLimitMs = 15 * 60_000;
const completionTimeLimitMs = 10 * 60_000;

/** The jobs of a command, in its order, after the blobs that they name have been stored. Deterministic but for the epoch. */
export async function jobsOf(command: WorkCommand, state: RunState, source: JobSource): Promise<Job[]> {
  if (command.kind === 'execute') return await executionJobs(command, state, source);
  const { bus } = source;
  const { round, turn } = command;
  const promptBlob = await bus.blobs.put(new TextEncoder().encode(await promptOf(command, state, source)));
  const work = { $case: command.kind, value: { round, attempt: turn, promptBlob } };
  return [job(source, completionJobId(command), completionTimeLimitMs, work)];
}

async function promptOf(
  command: CompletionCommand,
  state: RunState,
  { benchmark, answers }: Pick<JobSource, 'benchmark' | 'answers'>,
): Promise<string> {
  const { round, turn } = command;
  const request = { state, benchmark, round, turn };
  if (command.kind === 'predict') return buildPredictionPrompt(request);
  const { queryIndex } = command;
  if (queryIndex !== undefined) return buildQueryProposalPrompt({ ...request, queryIndex });
  return buildProposalPrompt({ ...request, answers: await answers(answersShown(request)) });
}

async function executionJobs(command: ExecuteCommand, state: RunState, source: JobSource): Promise<Job[]> {
  const round = state.rounds[command.round - 1];
  if (!round?.workflow) throw new Error(`round ${command.round} has no workflow to execute`);
  const workflowFor = executedWorkflows(round);
  const blobs = new Map<string, string>();
  const jobs: Job[] = [];
  for (const { queryIndex, repeat, workflowHash = command.workflowHash } of command.executions) {
    const workflow = workflowFor(queryIndex)?.workflow ?? round.workflow;
    const workflowBlob =
      blobs.get(workflowHash) ?? (await source.bus.blobs.put(WorkflowMessage.encode(workflowToProto(workflow)).finish()));
    blobs.set(workflowHash, workflowBlob);
    const value = { workflowHash, queryIndex, repeat, workflowBlob };
    jobs.push(job(source, executionJobId(workflowHash, queryIndex, repeat), executionTimeLimitMs, { $case: 'execute', value }));
  }
  return jobs;
}

function job(source: JobSource, jobId: string, timeLimitMs: number, work: NonNullable<Job['work']>): Job {
  return { schemaVersion: 1, runId: source.runId, jobId, epoch: source.epoch, newUnder: '', timeLimitMs, work };
}
