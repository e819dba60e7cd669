import type { Benchmark } from '../../domain/benchmark.ts';
import { buildPredictionPrompt } from '../../domain/prompts/build-prediction-prompt.ts';
import {
  answersShown,
  asksForConfidence,
  buildProposalPrompt,
  type ExecutionPlace,
  type OutcomeTexts,
} from '../../domain/prompts/build-proposal-prompt.ts';
import { buildQueryProposalPrompt } from '../../domain/prompts/build-query-proposal-prompt.ts';
import { jsonForm, type ReplyForm, taggedForm } from '../../domain/prompts/reply-form.ts';
import { predictionSchema, proposalSchema } from '../../domain/prompts/reply-schemas.ts';
import type { ExecuteCommand, ProposeCommand, WorkCommand } from '../../domain/run/command.ts';
import { type CompletionCommand, completionJobId, executionJobId } from '../../domain/run/job-id.ts';
import { executedWorkflows } from '../../domain/run/query-workflows.ts';
import type { RunState } from '../../domain/run/state.ts';
import { hasJsonForm } from '../../domain/workflow/json-form.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import type { JsonSchema } from '../../domain/workflow/workflow-schema.ts';
import type { Job } from '../../shared/contracts/generated/scale/v1/job.ts';
import { Workflow as WorkflowMessage } from '../../shared/contracts/generated/scale/v1/workflow.ts';
import { structuredPromptToJson } from '../../shared/contracts/structured-prompt.ts';
import { workflowToProto } from '../../shared/contracts/workflow-codec.ts';
import type { Bus } from '../../shared/messaging/bus.ts';

export interface JobSource {
  readonly bus: Bus;
  readonly runId: string;
  readonly epoch: number;
  readonly benchmark: Benchmark;
  /** What the log has of these executions' answers, and of what the scorer says of them, by answerKey. */
  readonly answers: (places: readonly ExecutionPlace[]) => Promise<ReadonlyMap<string, OutcomeTexts>>;
}

const executionTimeLimitMs = 15 * 60_000;
const completionTimeLimitMs = 10 * 60_000;

/** The jobs of a command, in its order, after the blobs that they name have been stored. Deterministic but for the epoch. */
export async function jobsOf(command: WorkCommand, state: RunState, source: JobSource): Promise<Job[]> {
  if (command.kind === 'execute') return await executionJobs(command, state, source);
  const { benchmark, bus } = source;
  const { round, turn } = command;
  const put = (text: string) => bus.blobs.put(new TextEncoder().encode(text));
  const promptIn = await promptsOf(command, state, source);
  const promptBlob = await put(promptIn(taggedForm));
  const schema = schemaOf(command, state, benchmark);
  const structuredBlob = schema === undefined ? '' : await put(structuredPromptToJson(promptIn(jsonForm), schema));
  const work = { $case: command.kind, value: { round, attempt: turn, promptBlob, structuredBlob } };
  return [job(source, completionJobId(command), completionTimeLimitMs, work)];
}

/** The prompt in any form. */
async function promptsOf(
  command: CompletionCommand,
  state: RunState,
  { benchmark, answers }: Pick<JobSource, 'benchmark' | 'answers'>,
): Promise<(form: ReplyForm) => string> {
  const { round, turn } = command;
  const request = { state, benchmark, round, turn };
  if (command.kind === 'predict') return (form) => buildPredictionPrompt(request, form);
  const { queryIndex } = command;
  if (queryIndex !== undefined) return (form) => buildQueryProposalPrompt({ ...request, queryIndex }, form);
  const shown = await answers(answersShown(request));
  return (form) => buildProposalPrompt({ ...request, answers: shown }, form);
}

/** Of the reply, if the run wants one and the workflow to be shown can be written so. */
function schemaOf(command: CompletionCommand, state: RunState, benchmark: Benchmark): JsonSchema | undefined {
  const { optimizer, evaluation } = state.configuration;
  if (optimizer.structured === undefined) return undefined;
  if (command.kind === 'predict') return predictionSchema;
  if (!shownWorkflows(command, state).every(hasJsonForm)) return undefined;
  return proposalSchema(benchmark, command.queryIndex === undefined && asksForConfidence(evaluation));
}

/** Those that a proposal begins from. */
function shownWorkflows({ round, queryIndex }: ProposeCommand, { rounds }: RunState): (Workflow | undefined)[] {
  const { parentRound = 0, mergedRound = parentRound } = rounds[round - 1] ?? {};
  const shown = queryIndex === undefined ? [parentRound, mergedRound] : [round];
  return shown.map((each) => rounds[each - 1]?.workflow);
}

async function executionJobs(command: ExecuteCommand, state: RunState, source: JobSource): Promise<Job[]> {
  const round = state.rounds[command.round - 1];
  if (!round?.workflow) throw new Error(`round ${command.round} has no workflow to execute`);
  const workflowFor = executedWorkflows(round);
  const blobs = new Map<string, string>();
  const jobs: Job[] = [];
  const final = command.purpose === 'final' ? { purpose: command.purpose } : {};
  for (const { queryIndex, repeat, workflowHash = command.workflowHash } of command.executions) {
    const workflow = workflowFor(queryIndex)?.workflow ?? round.workflow;
    const workflowBlob =
      blobs.get(workflowHash) ?? (await source.bus.blobs.put(WorkflowMessage.encode(workflowToProto(workflow)).finish()));
    blobs.set(workflowHash, workflowBlob);
    const value = { workflowHash, queryIndex, repeat, workflowBlob, round: command.round, ...final };
    jobs.push(job(source, executionJobId(workflowHash, queryIndex, repeat), executionTimeLimitMs, { $case: 'execute', value }));
  }
  return jobs;
}

function job(source: JobSource, jobId: string, timeLimitMs: number, work: NonNullable<Job['work']>): Job {
  return { schemaVersion: 1, runId: source.runId, jobId, epoch: source.epoch, newUnder: '', timeLimitMs, work };
}
