import type { Benchmark } from '../domain/benchmark.ts';
import { buildPredictionPrompt } from '../domain/prompts/build-prediction-prompt.ts';
import { buildProposalPrompt } from '../domain/prompts/build-proposal-prompt.ts';
import type { Command, ExecuteCommand } from '../domain/search/command.ts';
import type { RunState } from '../domain/search/state.ts';
import type { Job } from '../shared/contracts/generated/scale/v1/job.ts';
import { Workflow as WorkflowMessage } from '../shared/contracts/generated/scale/v1/workflow.ts';
import { workflowToProto } from '../shared/contracts/workflow-codec.ts';
import type { Bus } from '../shared/messaging/bus.ts';

export interface JobSource {
  readonly bus: Bus;
  readonly runId: string;
  readonly epoch: number;
  readonly benchmark: Benchmark;
}

const executionTimeLimitMs = 15 * 60_000;
const completionTimeLimitMs = 10 * 60_000;

export type WorkCommand = Exclude<Command, { readonly kind: 'append' }>;

/** The jobs of a command, in its order, after the blobs that they name have been stored. Deterministic but for the epoch. */
export async function jobsOf(command: WorkCommand, state: RunState, source: JobSource): Promise<Job[]> {
  if (command.kind === 'execute') return await executionJobs(command, state, source);
  const { benchmark, bus } = source;
  const { round, attempt } = command;
  const build = command.kind === 'propose' ? buildProposalPrompt : buildPredictionPrompt;
  const promptBlob = await bus.blobs.put(new TextEncoder().encode(build({ state, benchmark, round, attempt })));
  const work = { $case: command.kind, value: { round, attempt, promptBlob } };
  return [job(source, `${command.kind}-${round}-${attempt}`, completionTimeLimitMs, work)];
}

async function executionJobs(command: ExecuteCommand, state: RunState, source: JobSource): Promise<Job[]> {
  const workflow = state.rounds.find((round) => round.round === command.round)?.workflow;
  if (!workflow) throw new Error(`round ${command.round} has no workflow to execute`);
  const workflowBlob = await source.bus.blobs.put(WorkflowMessage.encode(workflowToProto(workflow)).finish());
  const { workflowHash } = command;
  return command.executions.map(({ queryIndex, repeat }) =>
    job(source, executionJobId(workflowHash, queryIndex, repeat), executionTimeLimitMs, {
      $case: 'execute',
      value: { workflowHash, queryIndex, repeat, workflowBlob },
    }),
  );
}

/** The identity of an execution within a run: the same one is never paid for twice, whatever asks for it. */
export function executionJobId(workflowHash: string, queryIndex: number, repeat: number): string {
  return `execute-${workflowHash.slice(0, 16)}-${queryIndex}-${repeat}`;
}

function job(source: JobSource, jobId: string, timeLimitMs: number, work: NonNullable<Job['work']>): Job {
  return { schemaVersion: 1, runId: source.runId, jobId, epoch: source.epoch, timeLimitMs, work };
}
